import ArgumentParser
import Foundation
import LeapfrogControl

/// What the shell offers for an argument, read from the configuration.
extension CompletionKind {
  /// The pairs.
  static var pairs: CompletionKind {
    .custom { words, _, _ in configured(words).map(\.spec.name) }
  }

  /// The hosts of all pairs.
  static var hosts: CompletionKind {
    .custom { words, _, _ in configured(words).map(\.host) }
  }

  /// The sites of all pairs.
  static var sites: CompletionKind {
    .custom { words, _, _ in configured(words).flatMap { $0.spec.sites.map(\.name) } }
  }

  private static func configured(_ words: [String]) -> [PairConfiguration] {
    let option = words.firstIndex(of: "--config").map { words.dropFirst($0 + 1).first } ?? nil
    let path = try? Configuration.locate(
      explicit: option, environment: ProcessInfo.processInfo.environment)
    return path.flatMap { try? Configuration.load($0) }?.pairs ?? []
  }
}
