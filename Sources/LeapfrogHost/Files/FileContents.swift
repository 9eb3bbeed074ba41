import Crypto
import Glibc
import LeapfrogCore

/// Reads and copies whole files: one pass that hashes as it goes, and does not read holes.
enum FileContents {
  private static let chunk = 1 << 20
  private static let zeros = [UInt8](repeating: 0, count: chunk)
  // The values of Linux; the headers show them only to programs that ask for GNU extensions.
  private static let seekData: Int32 = 3
  private static let seekHole: Int32 = 4

  /// The hash of an open file.
  static func digest(of file: borrowing Descriptor, name: String) throws -> FileDigest {
    try read(file, name: name) { _, _ in }.digest
  }

  /// Copies an open file into an empty one, holes as holes, and hashes what it copied.
  ///
  /// - Returns: the count of bytes and their hash.
  static func copy(
    _ file: borrowing Descriptor, name: String, to target: borrowing Descriptor, named other: String
  ) throws -> (size: Int64, digest: FileDigest) {
    let number = target.number
    let result = try read(file, name: name) { bytes, offset in
      try write(bytes, at: offset, to: number, name: other)
    }
    try system("write", other) { ftruncate(number, off_t(result.size)) }
    return result
  }

  private static func read(
    _ file: borrowing Descriptor, name: String,
    _ body: (UnsafeRawBufferPointer, Int64) throws -> Void
  ) throws -> (size: Int64, digest: FileDigest) {
    let number = file.number
    let size = FileStatus(file)?.size ?? 0
    var hash = SHA256()
    var offset: Int64 = 0
    while offset < size {
      let data = dataStart(number, after: offset, size: size)
      update(&hash, zeros: data - offset)
      offset = data
      let end = dataEnd(number, after: data, size: size)
      let got = try readData(number, data..<end, name: name, hash: &hash, body)
      offset += got
      if got < end - data { break }
    }
    return (offset, FileDigest(hash.finalize()))
  }

  /// Reads a range; fewer bytes than asked for when the file ends before.
  private static func readData(
    _ number: Int32, _ range: Range<Int64>, name: String, hash: inout SHA256,
    _ body: (UnsafeRawBufferPointer, Int64) throws -> Void
  ) throws -> Int64 {
    var buffer = [UInt8](repeating: 0, count: min(chunk, Int(clamping: range.count)))
    var offset = range.lowerBound
    while offset < range.upperBound {
      let want = min(buffer.count, Int(clamping: range.upperBound - offset))
      let got = try system("read", name) { pread(number, &buffer, want, off_t(offset)) }
      if got == 0 { break }
      try buffer.withUnsafeBytes { bytes in
        let part = UnsafeRawBufferPointer(rebasing: bytes[..<got])
        hash.update(bufferPointer: part)
        try body(part, offset)
      }
      offset += Int64(got)
    }
    return offset - range.lowerBound
  }

  private static func update(_ hash: inout SHA256, zeros count: Int64) {
    var rest = count
    while rest > 0 {
      let part = min(chunk, Int(clamping: rest))
      zeros.withUnsafeBytes {
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<part]))
      }
      rest -= Int64(part)
    }
  }

  /// Where the next data begins; a file system that knows no holes has data everywhere.
  private static func dataStart(_ number: Int32, after offset: Int64, size: Int64) -> Int64 {
    if size < Int64(chunk) { return offset }
    let found = lseek(number, off_t(offset), seekData)
    if found == -1 { return errno == ENXIO ? size : offset }
    return min(max(Int64(found), offset), size)
  }

  private static func dataEnd(_ number: Int32, after offset: Int64, size: Int64) -> Int64 {
    if size < Int64(chunk) || offset >= size { return size }
    let found = Int64(lseek(number, off_t(offset), seekHole))
    return found > offset ? min(found, size) : size
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, at offset: Int64, to number: Int32, name: String
  ) throws {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let at = off_t(offset) + off_t(done)
      done += try system("write", name) { pwrite(number, rest.baseAddress, rest.count, at) }
    }
  }
}
