import Glibc
import LeapfrogCore

/// The copies of the files in a backup.
struct SnapshotFiles {
  let tree: DirectoryTree

  /// Compares the copies with records of them: that each is there with its size, with `deep` every byte.
  ///
  /// - Throws: `Failure` naming the first that is missing or damaged.
  func verify(_ records: [SnapshotRecord], deep: Bool) throws {
    for record in records {
      do { try verify(record, deep: deep) } catch let unsettled as Unsettled {
        throw Failure.failed("\(unsettled.path) is missing from the backup")
      }
    }
  }

  /// Above this, one wait for the whole file system is shorter than one for each path; below it,
  /// what others write to the file system is not waited for.
  private static let few = 200

  /// Makes the paths that a pass has written last.
  func sync(_ written: [TreePath]) throws {
    guard written.count <= Self.few else { return try FileSystem.sync(holding: tree.path) }
    var directories: Set<TreePath> = []
    for path in written {
      directories.insert(path.parent)
      switch try tree.status(path)?.kind {
      case .file: try sync(file: path)
      case .directory: directories.insert(path)
      case .link, .other, nil: continue
      }
    }
    for directory in directories { try tree.sync(directory) }
  }

  private func sync(file path: TreePath) throws {
    let number = try tree.openFile(path).take()
    defer { close(number) }
    try system("sync", tree.label(path)) { fsync(number) }
  }

  private func verify(_ record: SnapshotRecord, deep: Bool) throws {
    let name = tree.label(record.path)
    guard let status = try tree.status(record.path) else {
      throw Failure.failed("\(name) is missing from the backup")
    }
    guard SnapshotRecord.Kind(status.kind) == record.kind,
      record.kind == .directory || status.size == record.size
    else { throw Failure.failed("\(name) is damaged: it is not of the recorded kind or size") }
    if deep, try digest(record) != record.digest {
      throw Failure.failed("\(name) is damaged: its SHA-256 is not the recorded one")
    }
  }

  private func digest(_ record: SnapshotRecord) throws -> FileDigest? {
    switch record.kind {
    case .directory: return nil
    case .link: return FileDigest(of: try tree.target(ofLink: record.path))
    case .file:
      let file = try tree.openFile(record.path)
      return try FileContents.digest(
        of: file, name: tree.label(record.path), tellingHoles: true)
    }
  }
}
