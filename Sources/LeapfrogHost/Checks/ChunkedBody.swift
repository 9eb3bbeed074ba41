/// Puts a body together that comes in chunks, as some servers send it though nobody asked for it.
struct ChunkedBody {
  private enum Place { case size, data, dataEnd, trailer, end }

  /// A line that does not say how long its chunk is.
  struct Fault: Error {}

  /// What has arrived of the body.
  private(set) var bytes: [UInt8] = []
  private var place = Place.size
  private var missing = 0
  private var unread: [UInt8] = []
  private var cursor = 0
  /// The longest line between chunks, in bytes.
  private static let longestLine = 8 << 10

  /// Whether the last chunk has arrived.
  var isComplete: Bool { place == .end }

  /// - Throws: `Fault` when it is not in chunks.
  mutating func take(_ more: some Collection<UInt8>) throws {
    unread.append(contentsOf: more)
    while try advance() {}
    unread.removeFirst(cursor)
    cursor = 0
  }

  /// - Returns: whether there is more to do with what is there.
  private mutating func advance() throws -> Bool {
    switch place {
    case .end: return false
    case .data: return takeData()
    case .size, .dataEnd, .trailer:
      guard let line = try nextLine() else { return false }
      try take(line: line)
      return true
    }
  }

  private mutating func takeData() -> Bool {
    let end = cursor + min(missing, unread.count - cursor)
    bytes.append(contentsOf: unread[cursor..<end])
    missing -= end - cursor
    cursor = end
    if missing == 0 { place = .dataEnd }
    return missing == 0
  }

  private mutating func take(line: [UInt8]) throws {
    switch place {
    case .size:
      let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
      guard !digits.isEmpty, digits.count <= 8,
        let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0
      else { throw Fault() }
      (missing, place) = (size, size == 0 ? .trailer : .data)
    case .dataEnd:
      guard line.isEmpty else { throw Fault() }
      place = .size
    case .trailer: if line.isEmpty { place = .end }
    case .data, .end: break
    }
  }

  private mutating func nextLine() throws -> [UInt8]? {
    guard let end = unread[cursor...].firstIndex(of: UInt8(ascii: "\n")) else {
      if unread.count - cursor > Self.longestLine { throw Fault() }
      return nil
    }
    let line = unread[cursor..<end]
    cursor = end + 1
    return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
  }
}
