import CPosix
import Glibc
import LeapfrogCore

/// The names in a directory, sorted by their bytes, each followed by a zero byte.
struct NameList {
  private var bytes: [UInt8] = []
  private var spans: [Range<Int>] = []

  /// Lists an open directory, which stays the caller's.
  ///
  /// - Parameter label: the directory, as messages name it.
  init(of directory: Int32, label: @autoclosure () -> String) throws {
    let copy = retrying { fcntl(directory, F_DUPFD_CLOEXEC, 0) }
    guard copy >= 0, let stream = fdopendir(copy) else {
      if copy >= 0 { close(copy) }
      throw Failure.system("list", label())
    }
    defer { closedir(stream) }
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      append(entry)
    }
    guard errno == 0 else { throw Failure.system("list", label()) }
    sort()
  }

  var count: Int { spans.count }

  /// Lends a name; a zero byte follows it.
  func lend<Value>(
    _ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Value
  ) rethrows -> Value {
    try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[spans[index]])) }
  }

  private mutating func append(_ entry: UnsafeMutablePointer<dirent>) {
    guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return }
    let start = UnsafeRawPointer(entry) + offset
    let name = start.assumingMemoryBound(to: CChar.self)
    let length = strlen(name)
    if name[0] == 0x2E, length == 1 || (length == 2 && name[1] == 0x2E) { return }
    spans.append(bytes.count..<bytes.count + length)
    bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: length + 1))
  }

  private mutating func sort() {
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      spans.sort { one, other in
        let order = memcmp(
          base + one.lowerBound, base + other.lowerBound, min(one.count, other.count))
        return order == 0 ? one.count < other.count : order < 0
      }
    }
  }
}
