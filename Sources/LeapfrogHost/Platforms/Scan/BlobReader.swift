import Glibc
import LeapfrogCore

/// Reads the contents of files and links of a directory, whatever they have become.
struct BlobReader {
  private var chunk = [UInt8](repeating: 0, count: 256 << 10)

  /// The object id of what is there; nil when it is neither file nor link, or changes meanwhile.
  mutating func id(
    of name: UnsafePointer<CChar>, in directory: Int32, kind: FileStatus.Kind
  ) -> ObjectID? {
    switch kind {
    case .file: try? read(name, in: directory) { _ in }
    case .link: target(name, in: directory)?.withUnsafeBytes { BlobHash.id(of: $0) }
    case .directory, .other: nil
    }
  }

  /// Reads a regular file piece by piece, and says its object id; nil when there is no such file, or
  /// it gets shorter meanwhile.
  mutating func read(
    _ name: UnsafePointer<CChar>, in directory: Int32,
    piece: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> ObjectID? {
    // A FIFO that took the file's place must not make us wait for a writer.
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let number = retrying { openat(directory, name, flags) }
    guard number != -1 else { return nil }
    let file = Descriptor(adopting: number)
    guard let status = FileStatus(file), status.kind == .file else { return nil }
    return try read(file, size: Int(status.size), piece: piece)
  }

  private mutating func read(
    _ file: borrowing Descriptor, size: Int, piece: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> ObjectID? {
    var hash = BlobHash(size: size)
    var left = size
    let number = file.number
    while left > 0 {
      let count = chunk.withUnsafeMutableBytes { buffer in
        retrying { Glibc.read(number, buffer.baseAddress, min(buffer.count, left)) }
      }
      guard count > 0 else { return nil }
      left -= count
      try chunk.withUnsafeBytes { buffer in
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        hash.update(bytes)
        try piece(bytes)
      }
    }
    return hash.id()
  }

  /// The bytes of a link; nil when there is none.
  func target(_ name: UnsafePointer<CChar>, in directory: Int32) -> [UInt8]? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlinkat(directory, name, &bytes, bytes.count)
    return count < 0 ? nil : bytes[..<count].map { UInt8(bitPattern: $0) }
  }

  /// What a small file or a link holds; nil when it is neither, or too long for a link's target.
  mutating func shortContents(_ name: UnsafePointer<CChar>, in directory: Int32) throws -> [UInt8]?
  {
    guard let status = FileStatus(name, in: directory), status.size < Int64(PATH_MAX) else {
      return nil
    }
    if status.kind == .link { return target(name, in: directory) }
    var bytes: [UInt8] = []
    let id = try read(name, in: directory) { bytes.append(contentsOf: $0) }
    return id == nil ? nil : bytes
  }
}
