import Glibc
import LeapfrogCore

/// The open directories from a root down to the one in use. Each is opened in the one above it and
/// no link is followed, so no path that goes through here leaves the root.
final class DirectoryChain {
  private struct Level {
    var number: Int32
    /// How many bytes of `current` lead to it.
    var length: Int
  }

  private let root: String
  private let mode: mode_t
  private var levels: [Level]
  private var current: [UInt8] = []
  private var name: [UInt8] = []

  /// Opens the root; directories that are made below it get the mode.
  init(_ root: String, mode: mode_t = 0o755) throws {
    self.root = root
    self.mode = mode
    let number = try Descriptor(opening: root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).take()
    levels = [Level(number: number, length: 0)]
  }

  deinit {
    for level in levels { close(level.number) }
  }

  /// The open directory that a path lies in; nil when it is missing, or something else has its name.
  ///
  /// - Throws: `Failure` when it cannot be opened for another reason.
  func directory(of path: UnsafeRawBufferPointer) throws -> Int32? {
    try find(path.directory, making: false)
  }

  /// The open directory that a path lies in, made where it is missing.
  func madeDirectory(of path: UnsafeRawBufferPointer) throws -> Int32 {
    guard let number = try find(path.directory, making: true) else {
      throw Failure.failed(
        "cannot write \(root)/\(path.text): something that is no directory is in its way")
    }
    return number
  }

  /// Closes all but the root, because directories below it are being removed.
  func forget() {
    while levels.count > 1 { pop() }
    current.removeAll()
  }

  private func find(_ directory: UnsafeRawBufferPointer, making: Bool) throws -> Int32? {
    leave(for: directory)
    while current.count < directory.count {
      guard try enterNext(of: directory, making: making) else { return nil }
    }
    return levels.last?.number
  }

  /// Goes up to the deepest directory that is the one sought, or above it.
  private func leave(for directory: UnsafeRawBufferPointer) {
    while levels.count > 1, !leads(to: directory) { pop() }
  }

  private func leads(to directory: UnsafeRawBufferPointer) -> Bool {
    guard current.withUnsafeBytes({ TreeShape.hasPrefix(directory, $0) }) else { return false }
    return directory.count == current.count || directory[current.count] == UInt8(ascii: "/")
  }

  private func pop() {
    if let level = levels.popLast() { close(level.number) }
    current.removeSubrange((levels.last?.length ?? 0)...)
  }

  private func enterNext(of directory: UnsafeRawBufferPointer, making: Bool) throws -> Bool {
    let start = current.isEmpty ? 0 : current.count + 1
    let end = directory[start...].firstIndex(of: UInt8(ascii: "/")) ?? directory.count
    name.removeAll(keepingCapacity: true)
    name.append(contentsOf: directory[start..<end])
    name.append(0)
    guard let number = try open(making: making, directory) else { return false }
    current.append(contentsOf: directory[current.count..<end])
    levels.append(Level(number: number, length: end))
    return true
  }

  private func open(making: Bool, _ path: UnsafeRawBufferPointer) throws -> Int32? {
    guard let parent = levels.last?.number else { return nil }
    let number = openName(in: parent)
    if number != -1 { return number }
    if errno == ENOENT, making { return try make(in: parent, path) }
    if errno == ENOENT || errno == ENOTDIR || errno == ELOOP { return nil }
    throw Failure.system("open", "\(root)/\(path.text)")
  }

  private func openName(in parent: Int32) -> Int32 {
    name.withUnsafeBufferPointer { name in
      name.withMemoryRebound(to: CChar.self) { name in
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        return retrying { openat(parent, name.baseAddress!, flags) }
      }
    }
  }

  private func make(in parent: Int32, _ path: UnsafeRawBufferPointer) throws -> Int32 {
    let result = name.withUnsafeBytes { name in
      mkdirat(parent, name.baseAddress!.assumingMemoryBound(to: CChar.self), mode)
    }
    guard result == 0 else { throw Failure.system("make", "\(root)/\(path.text)") }
    let number = try system("open", "\(root)/\(path.text)") { openName(in: parent) }
    // The umask must not decide who may read the code.
    try system("set the mode of", "\(root)/\(path.text)") { fchmod(number, mode) }
    return number
  }
}
