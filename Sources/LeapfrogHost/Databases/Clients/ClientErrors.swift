import Glibc
import LeapfrogCore

/// Collects what a client prints on its standard error, as far as it may be told.
struct ClientErrors {
  private let tellable: (String) -> String?
  private var told: [String] = []
  private var line: [UInt8] = []

  /// How many lines are kept, and how much of each.
  private static let most = 5
  private static let longest = 500

  init(_ tellable: @escaping (String) -> String?) { self.tellable = tellable }

  mutating func take(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      if byte == 0x0A { endLine() } else if line.count < Self.longest { line.append(byte) }
    }
  }

  /// What is told, on one line.
  mutating func finish() -> String {
    endLine()
    return told.joined(separator: " / ")
  }

  private mutating func endLine() {
    defer { line.removeAll(keepingCapacity: true) }
    guard told.count < Self.most, !line.isEmpty else { return }
    if let text = tellable(OutputTail.clean(line)), !text.isEmpty { told.append(text) }
  }

  /// Of all that was printed.
  static func text(of bytes: [UInt8], _ tellable: @escaping (String) -> String?) -> String {
    var errors = ClientErrors(tellable)
    errors.take(bytes)
    return errors.finish()
  }

  /// Reads a pipe to its end.
  static func text(of pipe: OpenEnd, _ tellable: @escaping (String) -> String?) -> String {
    var errors = ClientErrors(tellable)
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let number = pipe.number
    while true {
      let count = retrying { read(number, &buffer, buffer.count) }
      guard count > 0 else { return errors.finish() }
      errors.take(buffer[..<count])
    }
  }
}
