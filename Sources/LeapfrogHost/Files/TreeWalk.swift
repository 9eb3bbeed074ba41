import Glibc
import LeapfrogCore

/// Goes through a tree, or a part of it, in the order of its paths, and looks once at everything in it.
/// No link is followed.
final class TreeWalk {
  /// One file, link, directory or special file. The path is good for the one call alone.
  struct Found {
    let path: UnsafeRawBufferPointer
    let status: FileStatus
  }

  /// What of a tree is walked: from one path up to another.
  struct Part: Sendable {
    var from: TreePath?
    var to: TreePath?

    static let all = Part()
  }

  private let tree: DirectoryTree
  private let leftOut: [TreePath]
  private let strict: Bool
  private let part: Part
  private let show: (Found) throws -> Void
  private var current: [UInt8] = []

  /// So many directories, one in the other, are held open at once.
  private static let manyOpen = 64

  /// - Parameters:
  ///   - strict: whether a file that vanishes meanwhile is a fault.
  ///   - show: gets everything but what is left out, and what is in that.
  init(
    _ tree: DirectoryTree, leavingOut: Set<TreePath>, strict: Bool, part: Part = .all,
    show: @escaping (Found) throws -> Void
  ) {
    self.tree = tree
    leftOut = Array(leavingOut)
    self.strict = strict
    self.part = part
    self.show = show
    current.reserveCapacity(Int(PATH_MAX))
  }

  /// Walks.
  ///
  /// - Throws: `Unsettled` where strict, `Failure` naming what cannot be looked at.
  func run() throws {
    if part.from == nil, let status = try tree.status(.root) {
      let path = UnsafeRawBufferPointer(start: nil, count: 0)
      try show(Found(path: path, status: status))
    }
    try settled { try enter(tree.directory(.root), ".", depth: 0) }
  }

  /// Does something; where something vanished meanwhile that is a fault only when strict.
  private func settled(_ body: () throws -> Void) throws {
    do { try body() } catch let unsettled as Unsettled {
      if strict { throw unsettled }
    }
  }

  /// Walks the directory of the current path, a name in an open one.
  private func enter(_ parent: Int32, _ name: UnsafePointer<CChar>, depth: Int) throws {
    let flags = O_RDONLY | O_DIRECTORY | tree.guarding.flags
    var number = try check("open") { openat(parent, name, flags) }
    defer { if number >= 0 { close(number) } }
    let names = try NameList(of: number, label: self.label)
    let looks = try look(at: names, in: number)
    let path = TreePath(bytes: current)
    if depth > Self.manyOpen {
      close(number)
      number = -1
    }
    for (index, look) in looks {
      try named(names, index) { name in
        try visit(look)
        guard look.status.kind == .directory else { return }
        let parent = number >= 0 ? number : try tree.directory(path)
        try settled { try enter(parent, name, depth: depth + 1) }
      }
    }
  }

  private struct Look {
    var status: FileStatus
    /// Whether it belongs to the part, and does not only lead to it.
    var isShown: Bool
  }

  /// Looks at all the names in a directory one after the other.
  private func look(at names: NameList, in directory: Int32) throws -> [(Int, Look)] {
    var looks: [(Int, Look)] = []
    looks.reserveCapacity(names.count)
    for index in 0..<names.count {
      try named(names, index) { name in
        guard let isShown = isShown() else { return }
        try settled { looks.append((index, try look(at: name, in: directory, isShown: isShown))) }
      }
    }
    return looks
  }

  private func look(
    at name: UnsafePointer<CChar>, in directory: Int32, isShown: Bool
  ) throws -> Look {
    var info = stat()
    try check("look at") { fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) }
    return Look(status: FileStatus(info), isShown: isShown)
  }

  /// Makes a name the last one of the current path for a while.
  private func named(
    _ names: NameList, _ index: Int, _ body: (UnsafePointer<CChar>) throws -> Void
  ) throws {
    let length = current.count
    defer { current.removeSubrange(length...) }
    try names.lend(index) { name in
      guard let start = name.baseAddress else { return }
      if length > 0 { current.append(UInt8(ascii: "/")) }
      current.append(contentsOf: name)
      try body(start.assumingMemoryBound(to: CChar.self))
    }
  }

  /// Whether the current path belongs to the part; nil when nothing below it does either.
  private func isShown() -> Bool? {
    current.withUnsafeBytes { path in
      if leftOut.contains(where: { $0.bytes.count == path.count && $0.order(after: path) == 0 }) {
        return nil
      }
      if let to = part.to, to.order(after: path) <= 0 { return nil }
      guard let from = part.from, from.order(after: path) > 0 else { return true }
      return from.bytes.count > path.count && from.bytes[path.count] == UInt8(ascii: "/")
        && from.bytes.starts(with: path) ? false : nil
    }
  }

  private func visit(_ look: Look) throws {
    guard look.isShown else { return }
    try current.withUnsafeBytes {
      try show(Found(path: $0, status: look.status))
    }
  }

  private var label: String { tree.label(TreePath(bytes: current)) }

  @discardableResult
  private func check(_ what: String, _ call: () -> Int32) throws -> Int32 {
    let value = retrying(call)
    guard value == -1 else { return value }
    let code = errno
    if Unsettled.isMeant(by: code) { throw Unsettled(path: label) }
    throw Failure.system(what, label, errno: code)
  }
}
