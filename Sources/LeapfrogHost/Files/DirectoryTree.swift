import Glibc
import LeapfrogCore

/// A directory with all below it, which its owner may change meanwhile. Paths are walked from the
/// open root, name by name, and no symbolic link is followed: nobody can lead us out of it.
final class DirectoryTree {
  /// Where the tree is, for messages.
  let path: String
  /// Whose files are read, where the tree is a site's data.
  let owners: DataOwners?
  /// Whether links are left alone: always, but for tests.
  let guarding: LinkGuard
  private let root: Descriptor
  private var current: Descriptor
  private var currentPath = TreePath.root

  /// The deepest path that is walked, in names.
  static let deepest = 1000

  /// Opens the tree; its own path may lead over links that only root and this account can have made.
  ///
  /// - Parameter owners: whose files are read, where the tree is a site's data.
  init(_ path: String, owners: DataOwners? = nil) throws {
    (self.path, self.owners, guarding) = (path, owners, LinkGuard(below: path))
    root = try TrustedPath.open(path)
    current = try Descriptor(opening: ".", in: root, O_RDONLY | O_DIRECTORY)
  }

  /// A path as messages name it.
  func label(_ path: TreePath) -> String { path.isRoot ? self.path : "\(self.path)/\(path)" }

  /// The descriptor of a directory, good until the next call.
  ///
  /// - Throws: `Unsettled` when it is gone or no directory any more.
  func directory(_ path: TreePath) throws -> Int32 {
    if path == currentPath { return current.number }
    let names = path.names
    guard names.count <= Self.deepest else {
      throw Failure.failed("\(label(path)) is more than \(Self.deepest) directories deep")
    }
    var next = try Descriptor(opening: ".", in: root, O_RDONLY | O_DIRECTORY)
    for name in names { next = try descend(from: next, to: name, of: path) }
    current = next
    currentPath = path
    return current.number
  }

  private func descend(
    from directory: consuming Descriptor, to name: ArraySlice<UInt8>, of path: TreePath
  ) throws -> Descriptor {
    let parent = directory.number
    let number = try check("open", path) {
      Self.withCString(name) {
        openat(parent, $0, O_RDONLY | O_DIRECTORY | guarding.flags)
      }
    }
    return Descriptor(adopting: number)
  }

  /// Runs a call on a name in its open directory.
  ///
  /// - Throws: `Unsettled` when the path leads elsewhere by now, `Failure` naming it otherwise.
  @discardableResult
  func at<Value: SignedInteger>(
    _ path: TreePath, _ what: String, _ call: (Int32, UnsafePointer<CChar>) -> Value
  ) throws -> Value {
    let parent = try directory(path.parent)
    return try check(what, path) {
      Self.withCString(path.isRoot ? [0x2E] : path.name) { call(parent, $0) }
    }
  }

  private func check<Value: SignedInteger>(
    _ what: String, _ path: TreePath, _ call: () -> Value
  ) throws -> Value {
    let value = retrying(call)
    guard value == -1 else { return value }
    let code = errno
    if Unsettled.isMeant(by: code) { throw Unsettled(path: label(path)) }
    throw Failure.system(what, label(path), errno: code)
  }

  static func withCString<Value>(
    _ name: ArraySlice<UInt8>, _ body: (UnsafePointer<CChar>) throws -> Value
  ) rethrows -> Value {
    try (name + [0]).withUnsafeBufferPointer { bytes in
      try bytes.withMemoryRebound(to: CChar.self) { try body($0.baseAddress.unsafelyUnwrapped) }
    }
  }
}
