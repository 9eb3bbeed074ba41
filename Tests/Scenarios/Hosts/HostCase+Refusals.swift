import Foundation
import Testing

extension HostCase {
  /// Nothing can be done with the host: both a look and a release say why, in one sentence, and change
  /// nothing.
  ///
  /// - Parameters:
  ///   - words: what the sentence has in it, besides the host's name.
  ///   - leavesHome: whether nothing at all is written to the account's home.
  func expectRefusal(
    _ status: Int32, _ words: String..., leavesHome: Bool = true,
    environment extra: [String: String] = [:], location: SourceLocation = #_sourceLocation
  ) throws {
    let before = try (SharedPair.contents(), homeContents())
    let release = try leapfrog("upgrade", "acme", "v2", environment: extra)
    expect(release, status, words, location)
    let look = try leapfrog("status", "acme", "--timeout", "60", environment: extra)
    #expect(look.status == status, "\(look.text)", sourceLocation: location)
    for word in words {
      #expect(look.output.contains(word), "\(look.text)", sourceLocation: location)
    }
    #expect(try SharedPair.contents() == before.0, sourceLocation: location)
    if leavesHome { #expect(homeContents() == before.1, sourceLocation: location) }
  }

  /// A command ended as it should: a status, and on standard error one sentence that names the host.
  func expect(
    _ outcome: Outcome, _ status: Int32, _ words: [String], _ location: SourceLocation
  ) {
    #expect(outcome.status == status, "\(outcome.text)", sourceLocation: location)
    let lines = outcome.error.split(separator: "\n").filter {
      !$0.hasPrefix("leapfrog: putting leapfrog-host on")
    }
    #expect(lines.count == 1, "\(outcome.text)", sourceLocation: location)
    let sentence = lines.last.map(String.init) ?? ""
    #expect(sentence.hasPrefix("leapfrog: "), "\(outcome.text)", sourceLocation: location)
    for word in words + [Self.name] {
      #expect(sentence.contains(word), "lacks `\(word)`: \(outcome.text)", sourceLocation: location)
    }
  }

  /// Runs a command that fails with one sentence.
  func refused(
    _ arguments: [String], _ status: Int32, _ words: String...,
    environment extra: [String: String] = [:], location: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try farm.leapfrog(arguments, environment: environment.merging(extra) { $1 })
    expect(outcome, status, words, location)
  }

  /// Runs a command on the pair that only looks, and expects that it sees the pair.
  ///
  /// - Parameter uploads: whether `leapfrog-host` is not there yet; else it is, as by an earlier visit.
  func expectSight(uploads: Bool = false, location: SourceLocation = #_sourceLocation) throws {
    if !uploads { try prepare() }
    let look = try leapfrog("status", "acme", "--timeout", "60")
    #expect(look.status == 0, "\(look.text)", sourceLocation: location)
    #expect(look.output.contains("one.example.com"), "\(look.text)", sourceLocation: location)
    #expect(look.output.contains("v1"), "\(look.text)", sourceLocation: location)
  }
}
