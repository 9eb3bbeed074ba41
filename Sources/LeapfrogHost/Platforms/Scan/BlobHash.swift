import Crypto
import Glibc
import LeapfrogCore

/// Git's name of a blob, taken piece by piece: SHA-1 of `blob LENGTH`, a zero byte, the contents.
struct BlobHash {
  private var hash = Insecure.SHA1()

  init(size: Int) {
    hash.update(data: Array("blob \(size)\0".utf8))
  }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    hash.update(bufferPointer: bytes)
  }

  func id() -> ObjectID {
    hash.finalize().withUnsafeBytes { ObjectID(loading: $0) }
  }

  /// The object id of contents that are in memory.
  static func id(of bytes: UnsafeRawBufferPointer) -> ObjectID {
    var hash = BlobHash(size: bytes.count)
    hash.update(bytes)
    return hash.id()
  }
}
