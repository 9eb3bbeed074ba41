import Glibc

/// Trees and their differences as bulk bytes: `MODE OID PATH` and a zero byte for each entry.
public enum TreeCodec {
  /// The bytes of an entry besides its path: mode, id, two spaces and the zero.
  private static let overhead = 44

  /// The entries as bulk bytes, in the order given, which must be that of the paths' bytes.
  public static func encode(_ entries: [TreeEntry]) -> [UInt8] {
    let size = entries.reduce(0) { $0 + $1.path.utf8.count + overhead }
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      for entry in entries { append(entry, to: buffer, at: &count) }
    }
  }

  /// The entries that bulk bytes hold.
  ///
  /// - Throws: `Failure` when they are not well-formed, not in the order of their bytes, or name a
  ///   path that no tree may have.
  public static func decode(_ bytes: [UInt8]) throws -> [TreeEntry] {
    try bytes.withUnsafeBytes { try decode($0) }
  }

  /// The entries that a buffer of bulk bytes holds; throws as the other form does.
  public static func decode(_ buffer: UnsafeRawBufferPointer) throws -> [TreeEntry] {
    var entries: [TreeEntry] = []
    entries.reserveCapacity(buffer.count / 90)
    var shape = TreeShape()
    var start = 0
    while start < buffer.count {
      let line = try line(of: buffer, from: start, number: entries.count)
      entries.append(try entry(line, number: entries.count, shape: &shape))
      start += line.count + 1
    }
    return entries
  }

  // MARK: Writing

  private static func append(
    _ entry: TreeEntry, to buffer: UnsafeMutableBufferPointer<UInt8>, at count: inout Int
  ) {
    buffer[count] = letter(entry.mode)
    buffer[count + 1] = space
    entry.writtenID.storeHex(into: UnsafeMutableRawBufferPointer(buffer), at: count + 2)
    buffer[count + 42] = space
    count += 43
    for byte in entry.path.utf8 {
      buffer[count] = byte
      count += 1
    }
    buffer[count] = 0
    count += 1
  }

  private static let space = UInt8(ascii: " ")

  private static func letter(_ mode: EntryMode?) -> UInt8 {
    switch mode {
    case .file: UInt8(ascii: "f")
    case .executable: UInt8(ascii: "x")
    case .link: UInt8(ascii: "l")
    case nil: UInt8(ascii: "d")
    }
  }

  // MARK: Reading

  private static func line(
    of buffer: UnsafeRawBufferPointer, from start: Int, number: Int
  ) throws -> UnsafeRawBufferPointer {
    // A path cannot hold a zero, and neither can what stands before it.
    let rest = UnsafeRawBufferPointer(rebasing: buffer[start...])
    guard let base = rest.baseAddress, let end = memchr(base, 0, rest.count) else {
      throw damaged(number, "has no end")
    }
    return UnsafeRawBufferPointer(rebasing: rest[..<(UnsafeRawPointer(end) - base)])
  }

  private static func entry(
    _ line: UnsafeRawBufferPointer, number: Int, shape: inout TreeShape
  ) throws -> TreeEntry {
    guard line.count >= overhead, line[1] == space, line[42] == space else {
      throw damaged(number, "is not 'MODE OID PATH'")
    }
    guard let mode = mode(line[0]) else { throw damaged(number, "has an unknown mode") }
    guard let id = ObjectID(hex: UnsafeRawBufferPointer(rebasing: line[2..<42])) else {
      throw damaged(number, "has no object id")
    }
    let path = UnsafeRawBufferPointer(rebasing: line[43...])
    if let fault = shape.fault(inNext: path, isFile: mode.value != nil) {
      let text = String(decoding: path, as: UTF8.self)
      throw Failure.refused("the path '\(text)' of the tree \(fault)")
    }
    return TreeEntry(path: try text(path, number: number), mode: mode.value, id: id)
  }

  private static func text(_ path: UnsafeRawBufferPointer, number: Int) throws -> String {
    guard let text = String(validating: path, as: UTF8.self) else {
      let shown = String(decoding: path, as: UTF8.self)
      throw Failure.refused("the path '\(shown)' of the tree is not UTF-8")
    }
    return text
  }

  /// A mode that may be "gone", apart from "no such mode".
  private struct ReadMode { var value: EntryMode? }

  private static func mode(_ letter: UInt8) -> ReadMode? {
    switch letter {
    case UInt8(ascii: "f"): ReadMode(value: .file)
    case UInt8(ascii: "x"): ReadMode(value: .executable)
    case UInt8(ascii: "l"): ReadMode(value: .link)
    case UInt8(ascii: "d"): ReadMode(value: nil)
    default: nil
    }
  }

  private static func damaged(_ number: Int, _ fault: String) -> Failure {
    .failed("the tree that was sent is damaged: its entry \(number + 1) \(fault)")
  }
}

extension TreeEntry {
  /// A path that is gone has no contents, whatever the value holds.
  fileprivate var writtenID: ObjectID { mode == nil ? .zero : id }
}
