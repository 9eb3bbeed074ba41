import Crypto
import Glibc

/// Hashes contents piece by piece: plainly, or so that holes cost nothing.
///
/// Where holes are told apart, each aligned block of zeros counts as one, however the file system keeps
/// it: the hash follows from the contents alone. Contents without such a block have their SHA-256.
struct ContentHash {
  /// Bytes of a block; a piece must not reach from one into the next.
  static let block: Int64 = 1 << 20
  private static let zeros = [UInt8](repeating: 0, count: Int(block))

  private let tellsHoles: Bool
  private var data = SHA256()
  private var holes = SHA256()
  private var hole: Range<Int64> = 0..<0
  private var position: Int64 = 0
  /// Zeros since the block began, while it has nothing else.
  private var pending: Int64 = 0

  init(tellingHoles: Bool) {
    tellsHoles = tellingHoles
  }

  private var inBlock: Int64 { position % Self.block }

  /// Takes the next piece.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    if tellsHoles, pending == inBlock, Self.isZero(bytes) {
      return update(zeros: Int64(bytes.count))
    }
    flush()
    data.update(bufferPointer: bytes)
    position += Int64(bytes.count)
  }

  /// Takes zeros, any number of them.
  mutating func update(zeros count: Int64) {
    guard tellsHoles else {
      hashZeros(count)
      position += count
      return
    }
    var rest = count
    while rest > 0 {
      let isWhole = inBlock == 0 && rest >= Self.block
      let part = isWhole ? rest - rest % Self.block : min(rest, Self.block - inBlock)
      take(zeros: part)
      rest -= part
    }
  }

  /// Whole blocks, or a part of one.
  private mutating func take(zeros part: Int64) {
    let isHole = pending == inBlock
    position += part
    guard isHole else { return hashZeros(part) }
    pending += part
    guard inBlock == 0 else { return }
    add(hole: position - pending..<position)
    pending = 0
  }

  private mutating func add(hole next: Range<Int64>) {
    if hole.upperBound == next.lowerBound, !hole.isEmpty {
      hole = hole.lowerBound..<next.upperBound
    } else {
      noteHole()
      hole = next
    }
  }

  private mutating func noteHole() {
    guard !hole.isEmpty else { return }
    let bounds = [hole.lowerBound.littleEndian, hole.upperBound.littleEndian]
    bounds.withUnsafeBytes { holes.update(bufferPointer: $0) }
  }

  private mutating func flush() {
    hashZeros(pending)
    pending = 0
  }

  private mutating func hashZeros(_ count: Int64) {
    var rest = count
    while rest > 0 {
      let part = min(rest, Self.block)
      Self.zeros.withUnsafeBytes {
        data.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<Int(part)]))
      }
      rest -= part
    }
  }

  /// The hash of all that was taken.
  mutating func finish() -> FileDigest {
    flush()
    guard !hole.isEmpty else { return FileDigest(data.finalize()) }
    noteHole()
    var both = SHA256()
    data.finalize().withUnsafeBytes { both.update(bufferPointer: $0) }
    holes.finalize().withUnsafeBytes { both.update(bufferPointer: $0) }
    return FileDigest(both.finalize())
  }

  private static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
    zeros.withUnsafeBytes { zeros in
      guard let one = bytes.baseAddress, let other = zeros.baseAddress else { return true }
      return bytes.count <= zeros.count && memcmp(one, other, bytes.count) == 0
    }
  }
}
