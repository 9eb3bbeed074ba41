import Crypto
import Foundation
import LeapfrogCore

/// The last thing a runner writes: one line, the SHA-256 of the rest in hexadecimal, a space, and
/// JSON. A line that was torn or altered is no report.
struct JobReport: Sendable, Equatable {
  var result: JobResult
  /// From the start of the command to its end.
  var seconds: Double
  /// All that the command printed, kept or not.
  var outputBytes: Int

  init(result: JobResult, seconds: Double = 0, outputBytes: Int = 0) {
    self.result = result
    self.seconds = seconds
    self.outputBytes = outputBytes
  }

  /// The report that a line holds; nil when it is not one.
  init?(line: some Sequence<UInt8>) {
    let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
    guard parts.count == 2, parts[1].last == UInt8(ascii: "\n") else { return nil }
    let json = Data(parts[1].dropLast())
    guard Self.checksum(of: json) == String(decoding: parts[0], as: UTF8.self),
      let report = try? JSONDecoder().decode(Self.self, from: json)
    else { return nil }
    self = report
  }

  /// The line.
  func line() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json = try encoder.encode(self)
    return Array("\(Self.checksum(of: json)) ".utf8) + json + [UInt8(ascii: "\n")]
  }

  private static func checksum(of data: Data) -> String {
    SHA256.hash(data: data).map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0\(digits)" : digits
    }.joined()
  }
}

extension JobReport: Codable {
  private enum Key: String, CodingKey {
    case status, signal, timedOut, notStarted, seconds, outputBytes
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    seconds = try fields.decode(Double.self, forKey: .seconds)
    outputBytes = try fields.decode(Int.self, forKey: .outputBytes)
    if let status = try fields.decodeIfPresent(Int32.self, forKey: .status) {
      result = .exited(status)
    } else if let signal = try fields.decodeIfPresent(Int32.self, forKey: .signal) {
      result = .signalled(signal)
    } else if let limit = try fields.decodeIfPresent(Int.self, forKey: .timedOut) {
      result = .timedOut(seconds: limit)
    } else {
      result = .notStarted(try fields.decode(String.self, forKey: .notStarted))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(seconds, forKey: .seconds)
    try fields.encode(outputBytes, forKey: .outputBytes)
    switch result {
    case .exited(let status): try fields.encode(status, forKey: .status)
    case .signalled(let signal): try fields.encode(signal, forKey: .signal)
    case .timedOut(let limit): try fields.encode(limit, forKey: .timedOut)
    case .notStarted(let reason): try fields.encode(reason, forKey: .notStarted)
    }
  }
}
