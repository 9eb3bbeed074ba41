import CPosix
import Glibc
import LeapfrogCore

/// Keeps copies in the backup's own directory, which share what is untouched with the backup before, and
/// blocks with the live files where the file system can.
struct SnapshotEngine: FileBackupEngine {
  func check() throws {}

  func firstPass(
    of source: BackupSource, in place: BackupPlace, previous: PreviousFiles?
  ) throws -> FirstPass {
    let files = try DirectoryTree(place.files)
    let pass = SnapshotPass(
      live: try source.tree(), files: files, leftOut: source.leftOut, strict: false)
    let list = try pass.fill(
      sharing: previous.map { .init(list: $0.list, files: try DirectoryTree($0.place.files)) })
    // Now, so that the last pass has only its own files to wait for.
    try FileSystem.sync(holding: place.path)
    try SnapshotFiles(tree: files).verify(list.records, deep: false)
    return FirstPass(listSHA256: try list.write(to: place.list))
  }

  func lastPass(
    of source: BackupSource, in place: BackupPlace, first: FirstPass, strict: Bool
  ) throws -> FileBackup {
    let list = try SnapshotList(reading: place.list, digest: first.listSHA256)
    let files = try DirectoryTree(place.files)
    let pass = SnapshotPass(
      live: try source.tree(), files: files, leftOut: source.leftOut, strict: strict)
    let update = try Unsettled.twice { try pass.update(list) }
    let copies = SnapshotFiles(tree: files)
    try copies.sync(update.written)
    try copies.verify(update.changes.list.records, deep: false)
    return try FileBackup(
      list, update.changes, first: first, skipped: update.skipped, in: place)
  }

  func verify(_ backup: FileBackup, in place: BackupPlace, deep: Bool) throws {
    let list = try backup.list(in: place)
    try SnapshotFiles(tree: DirectoryTree(place.files)).verify(list.records, deep: deep)
  }

  func withCopies(
    of backup: FileBackup, in place: BackupPlace, for source: BackupSource,
    _ body: (SnapshotList, DirectoryTree) throws -> Void
  ) throws {
    try body(backup.list(in: place), DirectoryTree(place.files))
  }

  func forget(_ place: BackupPlace) throws {}

  /// What has to be copied; nothing where copies share the blocks of the live files.
  func spaceNeeded(
    for source: BackupSource, in directory: String, previous: PreviousFiles?
  ) throws -> Int64 {
    let estimate = try SpaceEstimate(of: source, sharing: previous?.list)
    guard let largest = estimate.largest else { return 0 }
    let live = try source.tree()
    return try Self.shares(largest, of: live, with: directory) ? 0 : estimate.bytes
  }

  /// Tries it with a file that has no name, so that many can try at once and nothing is left of it. A
  /// file system without such files cannot share blocks either.
  private static func shares(
    _ path: TreePath, of live: DirectoryTree, with directory: String
  ) throws -> Bool {
    let number = open(directory, O_RDWR | O_CLOEXEC | nameless_file, 0o600)
    guard number >= 0 else { return false }
    let target = Descriptor(adopting: number)
    do {
      let file = try live.openFile(path)
      return FileContents.share(file, with: target, size: FileStatus(file)?.size ?? 0)
    } catch is Unsettled {
      return false
    }
  }
}

extension FileBackup {
  /// What the two passes found, the difference between them written down.
  init(
    _ list: SnapshotList, _ changes: SnapshotChanges, first: FirstPass, skipped: Int,
    in place: BackupPlace
  ) throws {
    try Files.remove(place.changes)
    let changesSHA256 = changes.isEmpty ? nil : try changes.write(to: place.changes)
    let whole = list.applying(changes)
    self.init(
      files: whole.count, bytes: whole.bytes, listSHA256: first.listSHA256,
      changesSHA256: changesSHA256, skipped: skipped, restic: first.restic)
  }
}

extension SnapshotList {
  /// Writes the list to a file that is not there yet; its SHA-256.
  func write(to path: String) throws -> String {
    let bytes = encoded
    try Files.create(bytes, at: path)
    return FileDigest(of: bytes).hex
  }
}

extension SnapshotChanges {
  /// Writes the changes to a file that is not there yet; their SHA-256.
  func write(to path: String) throws -> String {
    let bytes = encoded
    try Files.create(bytes, at: path)
    return FileDigest(of: bytes).hex
  }
}
