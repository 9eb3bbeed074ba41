import Foundation
import RealServers
import Testing

/// What visitors were answered, judged: nothing lost, nothing mixed, nothing of yesterday.
struct Visits {
  let samples: [Load.Sample]

  /// Requests without an answer, and answers that nobody may get.
  var failed: [String] {
    samples.compactMap { sample in
      let status = sample.answer?.status ?? 0
      let isClosed = status == 503 && sample.answer?.headers["retry-after"] != nil
      return status == 200 || isClosed
        ? nil : "\(sample.host)\(sample.path): \(sample.fault ?? "\(status)")"
    }
  }

  var closed: [Load.Sample] { samples.filter { $0.answer?.status == 503 } }

  /// Pages that came from two platforms.
  var mixed: [String] {
    samples.compactMap { sample in
      guard sample.answer?.status == 200 else { return nil }
      let words = Set(words(of: sample))
      return words.count == 1 ? nil : "\(sample.path): \(words.sorted())"
    }
  }

  /// Answers of an old version to requests that began after the new one had been seen on their site.
  func stale(old: String, new: String) -> [String] {
    var seen: [String: ContinuousClock.Instant] = [:]
    for sample in samples where version(of: sample) == new {
      seen[sample.host] = min(seen[sample.host] ?? sample.ended, sample.ended)
    }
    return samples.compactMap { sample in
      guard let since = seen[sample.host], sample.began > since, version(of: sample) == old
      else { return nil }
      return "\(sample.host)\(sample.path): \(old) after \(new)"
    }
  }

  /// Seconds from the end of the first answer that a site is closed to the beginning of the last.
  func seconds(closed host: String) -> Double {
    let closed = closed.filter { $0.host == host }
    guard let first = closed.map(\.ended).min(), let last = closed.map(\.began).max() else {
      return 0
    }
    return Double((last - first).components.attoseconds) / 1e18
      + Double((last - first).components.seconds)
  }

  /// Expects every answer to be right.
  func expectSound(
    old: String = "w1", new: String = "w2", location: SourceLocation = #_sourceLocation
  ) {
    let (failed, mixed, stale) = (failed, mixed, stale(old: old, new: new))
    let count = Comment("of \(samples.count): \(Array((failed + mixed + stale).prefix(5)))")
    #expect(failed.count == 0, count, sourceLocation: location)
    #expect(mixed.count == 0, count, sourceLocation: location)
    #expect(stale.count == 0, count, sourceLocation: location)
  }

  /// Expects nobody to get the old version who asks when the new one has been seen.
  func expectCurrent(
    old: String, new: String, location: SourceLocation = #_sourceLocation
  ) {
    let stale = stale(old: old, new: new)
    #expect(stale.isEmpty, "\(stale.prefix(5))", sourceLocation: location)
    let versions = Set(samples.compactMap(version))
    #expect(versions == [old, new], sourceLocation: location)
  }

  private func version(of sample: Load.Sample) -> String? {
    words(of: sample).first.map(String.init)
  }

  private func words(of sample: Load.Sample) -> [Substring] {
    guard let answer = sample.answer, answer.status == 200 else { return [] }
    return answer.body.split(whereSeparator: \.isWhitespace)
  }
}
