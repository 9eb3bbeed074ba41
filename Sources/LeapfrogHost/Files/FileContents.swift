import CPosix
import Glibc
import LeapfrogCore

/// Reads and copies whole files: one pass that hashes as it goes, and does not read holes.
enum FileContents {
  // The values of Linux; the headers show them only to programs that ask for GNU extensions.
  private static let seekData: Int32 = 3
  private static let seekHole: Int32 = 4
  /// Below this many bytes, asking for holes costs more than it saves.
  private static let fewBytes = ContentHash.block
  /// What is no larger than a block of the file system gains nothing by sharing it.
  private static let smallestShared: Int64 = 4096

  /// The hash of an open file: its SHA-256, or one for which holes cost no time.
  static func digest(
    of file: borrowing Descriptor, name: String, tellingHoles: Bool = false
  ) throws -> FileDigest {
    try read(file, name: name, tellingHoles) { _, _ in }.digest
  }

  /// Copies an open file into an empty one, and hashes what it copied. The copy shares the file's
  /// blocks where the file system can; else holes stay holes.
  ///
  /// - Returns: the count of bytes and their hash.
  static func copy(
    _ file: borrowing Descriptor, name: String, to target: borrowing Descriptor,
    named other: String, tellingHoles: Bool = false
  ) throws -> (size: Int64, digest: FileDigest) {
    let before = FileStatus(file)
    if share(file, with: target, size: before?.size ?? 0) {
      // The source is in memory where the application has just written it; the copy is not.
      let result = try read(file, name: name, tellingHoles) { _, _ in }
      if FileStatus(file) == before { return result }
      return try read(target, name: other, tellingHoles) { _, _ in }
    }
    let number = target.number
    let result = try read(file, name: name, tellingHoles) { bytes, offset in
      try write(bytes, at: offset, to: number, name: other)
    }
    try system("write", other) { ftruncate(number, off_t(result.size)) }
    return result
  }

  /// Makes an empty file share the blocks of another; false where the file systems cannot.
  static func share(
    _ file: borrowing Descriptor, with target: borrowing Descriptor, size: Int64
  ) -> Bool {
    let (from, to) = (file.number, target.number)
    return size > smallestShared && retrying { clone_file(to, from) } == 0
  }

  private static func read(
    _ file: borrowing Descriptor, name: String, _ tellingHoles: Bool,
    _ body: (UnsafeRawBufferPointer, Int64) throws -> Void
  ) throws -> (size: Int64, digest: FileDigest) {
    let number = file.number
    let size = FileStatus(file)?.size ?? 0
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Int(min(size, ContentHash.block)), alignment: 64)
    defer { buffer.deallocate() }
    var hash = ContentHash(tellingHoles: tellingHoles)
    var offset: Int64 = 0
    while offset < size {
      let data = dataStart(number, after: offset, size: size)
      hash.update(zeros: data - offset)
      offset = data
      let end = dataEnd(number, after: data, size: size)
      let got = try readData(number, data..<end, name: name, buffer, hash: &hash, body)
      offset += got
      if got < end - data { break }
    }
    return (offset, hash.finish())
  }

  /// Reads a range; fewer bytes than asked for when the file ends before.
  private static func readData(
    _ number: Int32, _ range: Range<Int64>, name: String,
    _ buffer: UnsafeMutableRawBufferPointer, hash: inout ContentHash,
    _ body: (UnsafeRawBufferPointer, Int64) throws -> Void
  ) throws -> Int64 {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let toBlock = ContentHash.block - offset % ContentHash.block
      let want = Int(min(Int64(buffer.count), toBlock, range.upperBound - offset))
      let got = try system("read", name) { pread(number, buffer.baseAddress, want, off_t(offset)) }
      if got == 0 { break }
      let part = UnsafeRawBufferPointer(rebasing: buffer[..<got])
      hash.update(part)
      try body(part, offset)
      offset += Int64(got)
    }
    return offset - range.lowerBound
  }

  /// Where the next data begins; a file system that knows no holes has data everywhere.
  private static func dataStart(_ number: Int32, after offset: Int64, size: Int64) -> Int64 {
    if size < fewBytes { return offset }
    let found = lseek(number, off_t(offset), seekData)
    if found == -1 { return errno == ENXIO ? size : offset }
    return min(max(Int64(found), offset), size)
  }

  private static func dataEnd(_ number: Int32, after offset: Int64, size: Int64) -> Int64 {
    if size < fewBytes || offset >= size { return size }
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
