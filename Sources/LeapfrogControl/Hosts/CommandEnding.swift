import LeapfrogCore

/// Finds the line that tells how a command ended: on standard error, or on the terminal where there is one.
/// No exit status of a channel is trusted: it is 0 after a lost link too. What the command left running can
/// say more behind it.
struct CommandEnding {
  private let mark: [UInt8]
  private let host: String
  private var held: [UInt8] = []
  private var told: Int32?

  init(nonce: String, host: String) {
    // A record separator: what ends with the first byte of the mark is held back, so it must not be one
    // that ends a prompt or a line.
    (mark, self.host) = (Array("\u{1e}\(nonce) ended ".utf8), host)
  }

  /// Whether the end was told.
  var isTold: Bool { told != nil }

  /// Gives what is surely the command's own.
  mutating func take(_ bytes: [UInt8]) -> [UInt8] {
    guard told == nil else { return bytes }
    held += bytes
    if let found = found() { return found }
    let sure = held.count - undecided
    defer { held.removeFirst(sure) }
    return Array(held[..<sure])
  }

  /// How many bytes at the end may belong to the line: a prompt must not wait for what comes behind it.
  private var undecided: Int {
    if let line = held.firstRange(of: mark) { return held.count - line.lowerBound }
    return (0...min(held.count, mark.count)).last { held.suffix($0) == mark.prefix($0) } ?? 0
  }

  /// What stands around the line, once it is whole.
  private mutating func found() -> [UInt8]? {
    guard let line = held.firstRange(of: mark),
      let end = held[line.upperBound...].firstIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    let digits = held[line.upperBound..<end].prefix { $0 != UInt8(ascii: "\r") }
    told = Int32(String(decoding: digits, as: UTF8.self))
    defer { held = [] }
    return Array(held[..<line.lowerBound] + held[(end + 1)...])
  }

  /// The status that was told.
  ///
  /// - Throws: `LinkLost` when none was.
  func status() throws -> Int32 {
    if let told { return told }
    throw LinkLost("the link to \(host) broke before the command's end was told")
  }
}
