import CPosix
import Glibc
import LeapfrogCore

/// Gives everything on a platform to one account, in one walk over open directories that follows no link.
///
/// Who can commit to the repository decides what is in the tree after a build: links, hard links, modes, ACLs,
/// FIFOs. None of them makes the walk touch a file outside of the platform, and a descriptor that somebody
/// still holds keeps the walk from ending well.
final class OwnershipPass {
  enum Purpose: Equatable {
    /// A build is about to begin: the account gets everything as it is.
    case lending
    /// A build has ended: from now on nobody but the owner can write, by a mode, an ACL or an open descriptor.
    case takingBack(from: uid_t)
  }

  /// Gets every path with its status before and after.
  typealias Note = (UnsafeRawBufferPointer, FileStatus, FileStatus) throws -> Void

  private let root: String
  private let owner: (user: uid_t, group: gid_t)
  private let purpose: Purpose
  private let note: Note
  private let writers = WriterCheck()
  private lazy var realRoot = try? Files.realPath(root)
  private var device: UInt64 = 0
  private var path: [UInt8] = []
  /// Files of several names, by inode: their paths on the platform.
  private var linked: [UInt64: (status: FileStatus, paths: [[UInt8]])] = [:]

  init(
    _ root: String, to owner: (user: uid_t, group: gid_t), _ purpose: Purpose,
    note: @escaping Note = { _, _, _ in }
  ) {
    self.root = root
    self.owner = owner
    self.purpose = purpose
    self.note = note
  }

  /// Walks. It may be done again at any time, and changes nothing where all is right already.
  ///
  /// - Throws: `Failure` naming the path that cannot be given, or that a process has open for writing.
  func run() throws {
    let directory = try OpenDirectory(root)
    guard let status = FileStatus(".", in: directory.number) else {
      throw Failure.system("look at", root)
    }
    device = status.device
    try enter(directory, status)
    try settleLinked()
  }

  // MARK: Walking

  /// So many directories may lie in one another: each of them is held open, and takes of the stack.
  private static let deepest = 500

  private func enter(
    _ directory: borrowing OpenDirectory, _ status: FileStatus, depth: Int = 0
  ) throws {
    guard depth <= Self.deepest else { throw tooDeep }
    try settle(".", in: directory.number, status)
    let listing = try directory.list()
    for item in listing.items {
      try listing.lend(item) { name in
        let length = path.count
        defer { path.removeSubrange(length...) }
        if length > 0 { path.append(UInt8(ascii: "/")) }
        path.append(contentsOf: name)
        guard let text = name.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
        try visit(text, in: directory.number, depth: depth)
      }
    }
  }

  private func visit(_ name: UnsafePointer<CChar>, in directory: Int32, depth: Int) throws {
    guard let status = FileStatus(name, in: directory) else {
      throw Failure.system("look at", label)
    }
    guard status.device == device else {
      throw Failure.refused(
        "\(label) is on another file system than the platform", remedy: "umount \(label)")
    }
    switch status.kind {
    case .directory:
      try enter(OpenDirectory(name, in: directory, path: label), status, depth: depth + 1)
    case .file where status.links > 1:
      linked[status.inode, default: (status, [])].paths.append(path)
    case .file, .link, .other: try settle(name, in: directory, status)
    }
  }

  private var tooDeep: Failure {
    let top = "\(root)/\(String(decoding: path.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self))"
    return .refused(
      "\(top) has more than \(Self.deepest) directories in one another",
      remedy: "rm -r -- '\(top.replacing("'", with: "'\\''"))'")
  }

  private var label: String { "\(root)/\(String(decoding: path, as: UTF8.self))" }

  // MARK: Settling

  private func settle(
    _ name: UnsafePointer<CChar>, in directory: Int32, _ before: FileStatus
  ) throws {
    try give(name, in: directory, before)
    if case .takingBack(let user) = purpose, before.kind != .link {
      try lockDown(name, in: directory, before)
      if before.kind == .file, user != 0 { try writers.verify(name, in: directory, label) }
    }
    guard let after = FileStatus(name, in: directory) else {
      throw Failure.system("look at", label)
    }
    try path.withUnsafeBytes { try note($0, before, after) }
  }

  private func give(
    _ name: UnsafePointer<CChar>, in directory: Int32, _ status: FileStatus
  ) throws {
    let owner = status.kind == .link && leadsOut ? builder : self.owner
    guard status.owner != owner.user || status.group != owner.group else { return }
    try system("give", label) {
      fchownat(directory, name, owner.user, owner.group, AT_SYMLINK_NOFOLLOW)
    }
  }

  /// Whether the link of the current path does not stay on the platform. Such a link is left to the account that
  /// made it: a web server that follows links only to files of the link's owner then serves none of root's by it.
  private var leadsOut: Bool {
    guard case .takingBack = purpose else { return false }
    guard let target = try? Files.realPath(label), let root = realRoot else { return true }
    return target != root && !target.hasPrefix("\(root)/")
  }

  private var builder: (user: uid_t, group: gid_t) {
    if case .takingBack(let user) = purpose, user != 0 { return (user, owner.group) }
    return owner
  }

  /// A change of owner has taken the set-id bits of most files already; not those of directories.
  private func lockDown(
    _ name: UnsafePointer<CChar>, in directory: Int32, _ before: FileStatus
  ) throws {
    try FileRights.removeAttributes(name, in: directory, label)
    let mode = before.mode & ~FileRights.others
    guard mode != before.mode else { return }
    try system("set the mode of", label) {
      fchmodat(directory, name, mode, AT_SYMLINK_NOFOLLOW)
    }
  }

  // MARK: Files of several names

  /// A file that has a name elsewhere, too, is not changed: its names here get a copy of their own. So it is
  /// with what a package manager links from its store, and with what a build links from anywhere else.
  private func settleLinked() throws {
    let chain = try DirectoryChain(root)
    for (status, paths) in linked.values {
      let isWhole = paths.count >= status.links
      for path in paths {
        self.path = path
        try (path + [0]).withUnsafeBytes { buffer in
          let path = UnsafeRawBufferPointer(rebasing: buffer.dropLast())
          guard let directory = try chain.directory(of: path), let name = path.lastPart else {
            throw Failure.failed("\(label) is gone")
          }
          if isWhole { return try settle(name, in: directory, status) }
          try copy(name, in: directory, status)
        }
      }
    }
    path = []
  }

  private func copy(
    _ name: UnsafePointer<CChar>, in directory: Int32, _ before: FileStatus
  ) throws {
    let temporary = ".leapfrog-copy"
    try FileCopy.make(name, temporary, in: directory, before, label)
    try system("rename", label) { renameat(directory, temporary, directory, name) }
    guard let status = FileStatus(name, in: directory) else {
      throw Failure.system("look at", label)
    }
    try give(name, in: directory, status)
    guard let after = FileStatus(name, in: directory) else {
      throw Failure.system("look at", label)
    }
    try path.withUnsafeBytes { try note($0, before, after) }
  }
}

/// A file of its own with the contents of another.
private enum FileCopy {
  static func make(
    _ name: UnsafePointer<CChar>, _ other: String, in directory: Int32, _ status: FileStatus,
    _ label: String
  ) throws {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let source = Descriptor(
      adopting: try system("open", label) { openat(directory, name, flags) })
    guard FileStatus(source)?.inode == status.inode else {
      throw Failure.failed("\(label) was exchanged while it was copied")
    }
    if unlinkat(directory, other, 0) != 0, errno != ENOENT {
      throw Failure.system("make room for a copy of", label)
    }
    let copy = Descriptor(
      adopting: try system("copy", label) {
        openat(directory, other, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
      })
    _ = try FileContents.copy(source, name: label, to: copy, named: label)
    let attributes = FileAttributes(
      mode: status.mode & ~FileRights.others, owner: geteuid(), group: getegid(),
      modified: status.modified)
    try attributes.apply(to: copy, name: label)
  }
}
