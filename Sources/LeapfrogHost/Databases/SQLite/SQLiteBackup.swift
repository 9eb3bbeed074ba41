import Glibc
import LeapfrogCore

/// Copies a SQLite database while its owner's process holds the read lock, and proves the copy.
///
/// What is not in a WAL is copied byte for byte: under the lock no writer changes the file. Only a
/// WAL that others keep open takes SQLite's own backup, whose copy is equal in contents.
struct SQLiteBackup {
  let place: SQLitePlace
  let database: SQLiteDatabase
  let directory: String

  private static let file = "database.sqlite"
  private var copy: SQLiteCopy { SQLiteCopy(path: "\(directory)/\(Self.file)") }

  /// What the copying itself learned.
  private struct Copied: Sendable {
    /// The hash of the database's file; nil when the copy is equal in contents only.
    var digest: FileDigest?
    /// The rows of the database, where only they can be compared.
    var counts: [String: Int]?
  }

  func run() throws -> DatabaseRecord {
    let tree = try DirectoryTree(place.data)
    let status = try place.status(in: tree)
    try copy.clear()
    let copied = try copyUnderLock(tree, inode: status.inode)
    let (digest, counts) = try proven(copied)
    guard copied.counts == nil || copied.counts == counts else {
      throw Failure.failed("\(copy.path) has other rows than the database \(place.file)")
    }
    return DatabaseRecord(
      engine: SQLiteEngine.name, file: Self.file, bytes: FileStatus(copy.path)?.size ?? 0,
      sha256: digest.hex, counts: counts, exact: copied.digest != nil, mode: status.mode,
      owner: status.owner, group: status.group)
  }

  /// Makes the copy last, reads it again and has it looked through: all at once, because the site is closed
  /// meanwhile.
  private func proven(_ copied: Copied) throws -> (FileDigest, [String: Int]) {
    let copy = copy
    let (digest, rest) = try Threads.both {
      try digestOfCopy(copied)
    } and: {
      try Threads.both({ try copy.sync() }, and: { try copy.prove(database) })
    }
    return (digest, rest.1)
  }

  private func digestOfCopy(_ copied: Copied) throws -> FileDigest {
    let file = try Descriptor(opening: copy.path, O_RDONLY | O_NOFOLLOW)
    let digest = try FileContents.digest(of: file, name: copy.path)
    guard copied.digest == nil || copied.digest == digest else {
      throw Failure.failed("\(copy.path) is not what was read from the database \(place.file)")
    }
    return digest
  }

  /// The file that is copied is the one that was opened before the lock was taken, and still has the
  /// database's path afterwards.
  private func copyUnderLock(_ tree: DirectoryTree, inode: UInt64) throws -> Copied {
    let file = try tree.openFile(place.path)
    guard let status = FileStatus(file), status.inode == inode, status.owner == database.owner
    else {
      throw Unsettled(path: place.file).failure
    }
    guard case .locked(let wal) = try database.ask(.lock(place.file)) else {
      throw database.confusion
    }
    let copied = Result { try wal == 0 ? copyBytes(of: file) : copyContents() }
    let released = Result { try database.ask(.release) }
    let whole = try copied.get()
    _ = try released.get()
    guard try place.status(in: tree).inode == inode else {
      throw Unsettled(path: place.file).failure
    }
    return whole
  }

  private func copyBytes(of file: borrowing Descriptor) throws -> Copied {
    let before = FileStatus(file)
    let target = try Descriptor(
      opening: copy.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    let (bytes, digest) = try FileContents.copy(
      file, name: place.file, to: target, named: copy.path)
    guard let before, let after = FileStatus(file), before == after, after.size == bytes else {
      throw Unsettled(path: place.file).failure
    }
    return Copied(digest: digest)
  }

  /// The process writes into a file that has no name any more, and which is not the backup's: it can go on
  /// writing into what it was given.
  private func copyContents() throws -> Copied {
    let between = try Descriptor(
      opening: copy.path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    try Files.remove(copy.path)
    let counts = try database.counts(.contents, passing: between.number)
    let target = try Descriptor(
      opening: copy.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    _ = try FileContents.copy(between, name: "\(copy.path)", to: target, named: copy.path)
    return Copied(counts: counts)
  }
}
