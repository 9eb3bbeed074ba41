import CPosix
import Crypto
import Glibc
import LeapfrogCore

/// A dump as it is written: hashed on its way, and brought to the disk early.
struct DumpFile: Sendable {
  let path: String
  private let file: OpenEnd

  /// How much is written before the disk is asked to begin with it, in bytes.
  private static let part: Int64 = 8 << 20

  /// Makes the file; one of that name that an interrupted backup left is removed.
  init(_ path: String) throws {
    self.path = path
    try Files.remove(path)
    file = OpenEnd(
      try Descriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600).take())
  }

  /// Writes all that comes from a pipe.
  func write(
    from pipe: OpenEnd, progress: StreamProgress
  ) throws -> (bytes: Int64, digest: FileDigest) {
    var hash = SHA256()
    var (bytes, begun): (Int64, Int64) = (0, 0)
    var buffer = [UInt8](repeating: 0, count: DataPipe.capacity)
    let (input, output) = (pipe.number, file.number)
    while true {
      let count = try system("read", "what zstd made") { read(input, &buffer, buffer.count) }
      if count == 0 { return (bytes, FileDigest(hash.finalize())) }
      try buffer.withUnsafeBytes {
        let part = UnsafeRawBufferPointer(rebasing: $0[..<count])
        hash.update(bufferPointer: part)
        try Files.writeAll(part, to: output, path: path)
      }
      bytes += Int64(count)
      progress.add(count)
      if bytes - begun >= Self.part {
        _ = sync_file_range(output, off_t(begun), 0, UInt32(SYNC_FILE_RANGE_WRITE))
        begun = bytes
      }
    }
  }

  /// Makes it last, with its name.
  func sync() throws {
    let number = file.number
    try system("sync", path) { fsync(number) }
    try Files.sync(directory: Files.parent(of: path))
  }

  /// What is no whole dump does not stay.
  func remove() {
    file.close()
    unlink(path)
  }
}
