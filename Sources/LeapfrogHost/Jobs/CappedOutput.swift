import Glibc
import LeapfrogCore

/// A file that keeps the first and the last half of what is written to it.
///
/// Up to the limit it simply grows. From then on its second half is a ring, which is put in order,
/// below a line that says how much was left out, when the output is complete.
struct CappedOutput {
  private let number: Int32
  private let limit: Int
  private let half: Int
  /// All bytes so far, kept or not.
  private(set) var total = 0
  /// Why nothing is written any more: a full disk must not stop the command.
  private(set) var fault: Failure?

  /// - Parameters:
  ///   - number: an open file, empty, for reading and writing. It stays the caller's.
  ///   - limit: how many bytes to keep, two at least.
  init(to number: Int32, limit: Int) {
    self.number = number
    self.limit = max(2, limit)
    half = self.limit / 2
  }

  /// Takes more output.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while !rest.isEmpty {
      let position = position
      let count = min(rest.count, limit - position)
      write(UnsafeRawBufferPointer(rebasing: rest[..<count]), at: position)
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      total += count
    }
  }

  /// Puts the ring in order; nothing may be appended any more.
  mutating func complete() {
    guard total > limit, fault == nil else { return }
    let seam = position
    let tail = read(seam..<limit) + read(half..<seam)
    let notice = Array("\n[\(total - limit) bytes were left out here]\n".utf8)
    (notice + tail).withUnsafeBytes { write($0, at: half) }
  }

  /// Where the next byte goes.
  private var position: Int {
    total < limit ? total : half + (total - half) % (limit - half)
  }

  private mutating func write(_ bytes: UnsafeRawBufferPointer, at position: Int) {
    guard fault == nil else { return }
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = retrying { pwrite(number, rest.baseAddress, rest.count, off_t(position + done)) }
      guard count > 0 else {
        fault = Failure.system("write", "the output of the command")
        return
      }
      done += count
    }
  }

  private func read(_ range: Range<Int>) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        retrying {
          pread(
            number, buffer.baseAddress?.advanced(by: done), buffer.count - done,
            off_t(range.lowerBound + done))
        }
      }
      guard count > 0 else { break }
      done += count
    }
    return Array(bytes.prefix(done))
  }
}
