/// The status line and the headers of an answer.
struct HTTPHead: Sendable, Equatable {
  /// One header, its name in lower case.
  struct Field: Sendable, Equatable {
    var name: String
    var value: String
  }

  var status: Int
  var fields: [Field]
  /// The longest head that is read, in bytes.
  static let longest = 64 << 10

  /// The head at the start of some bytes, up to and without the empty line; nil for none.
  init?(_ bytes: some Sequence<UInt8>) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0, as: UTF8.self) }
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count >= 2, words[0].hasPrefix("HTTP/"), words[1].utf8.count == 3,
      let status = Int(words[1]), status >= 100
    else { return nil }
    self.status = status
    fields = lines.dropFirst().compactMap(Self.field)
  }

  private static func field(_ line: String) -> Field? {
    guard let colon = line.firstIndex(of: ":") else { return nil }
    let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    return Field(name: line[..<colon].lowercased(), value: String(value))
  }

  /// The values of a header, whatever the case of its name.
  func values(of name: String) -> [String] {
    fields.filter { $0.name == name.lowercased() }.map(\.value)
  }

  /// Whether another head follows this one.
  var isInterim: Bool { (100..<200).contains(status) && status != 101 }

  /// Whether the body comes in chunks.
  var isChunked: Bool {
    values(of: "transfer-encoding").contains { $0.lowercased().contains("chunked") }
  }

  /// How long the body is; nil where its end is that of the connection.
  var length: Int? {
    if status == 204 || status == 304 { return 0 }
    return values(of: "content-length").first.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
  }

  /// How the body is packed, such as `gzip`; nil where it is not.
  var encoding: String? {
    values(of: "content-encoding").first { !$0.isEmpty && $0.lowercased() != "identity" }
  }

  /// Where a head ends and where its body begins; nil while it is not all there.
  static func end(in bytes: [UInt8]) -> (head: Int, body: Int)? {
    var index = bytes.startIndex
    while let newline = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) {
      index = newline + 1
      let line = bytes[index...].prefix(2)
      if line.first == UInt8(ascii: "\n") { return (newline, index + 1) }
      if line.elementsEqual([UInt8(ascii: "\r"), UInt8(ascii: "\n")]) {
        return (newline, index + 2)
      }
    }
    return nil
  }
}
