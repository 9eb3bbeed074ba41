import Glibc
import LeapfrogCore

/// Puts a backup's copy in the place of a SQLite database.
///
/// The order is what makes a crash harmless: the copy is written and proven beside the database;
/// then its journal and WAL go, so that none ever meets the restored file; then one rename.
struct SQLiteRestore {
  let place: SQLitePlace
  let record: DatabaseRecord
  let directory: String
  let aside: SetAside

  func run() throws {
    try record.verifySize(in: directory)
    let tree = try DirectoryTree(place.data)
    if try isRestored(tree) { return }
    try writeTemporary(in: tree)
    try Failpoint.around("restore.aside") { try setAside(tree) }
    try Failpoint.around("restore.database") {
      try tree.rename(place.temporary, to: place.path)
      try tree.sync(place.path.parent)
    }
  }

  /// Whether the database is the copy already, and nothing beside it would change that.
  private func isRestored(_ tree: DirectoryTree) throws -> Bool {
    for companion in ["-journal", "-wal"].map(place.path.adding(suffix:)) {
      if try tree.status(companion).map({ $0.size > 0 }) ?? false { return false }
    }
    guard let status = try tree.status(place.path), status.kind == .file,
      status.size == record.bytes, status.mode == record.mode
    else { return false }
    let file = try tree.openFile(place.path)
    return try FileContents.digest(of: file, name: place.file).hex == record.sha256
  }

  private func writeTemporary(in tree: DirectoryTree) throws {
    let path = "\(directory)/\(record.file)"
    let copy = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW)
    try tree.removeAll(place.temporary)
    let target = try tree.makeFile(place.temporary)
    let name = tree.label(place.temporary)
    let (bytes, digest) = try FileContents.copy(copy, name: path, to: target, named: name)
    guard bytes == record.bytes, digest.hex == record.sha256 else {
      try tree.remove(place.temporary)
      throw Failure.failed("\(path) is damaged: its SHA-256 is not the recorded one")
    }
    try attributes.apply(to: target, name: name)
    let number = target.number
    try system("sync", name) { fsync(number) }
  }

  private var attributes: FileAttributes {
    FileAttributes(mode: record.mode & 0o7777, owner: record.owner, group: record.group)
  }

  /// The failed state, complete: the file under a second name, so that there always is one with the
  /// database's path, and what belongs to it.
  private func setAside(_ tree: DirectoryTree) throws {
    switch try tree.status(place.path)?.kind {
    case .file: try aside.keep(place.path, of: tree)
    case nil: break
    default: try aside.take(place.path, from: tree)
    }
    for companion in SQLitePlace.companions.map(place.path.adding(suffix:)) {
      if try tree.status(companion) != nil { try aside.take(companion, from: tree) }
    }
    try tree.sync(place.path.parent)
  }
}
