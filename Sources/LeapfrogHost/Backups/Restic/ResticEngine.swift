import Glibc
import LeapfrogCore

/// Keeps files in a restic repository of the user's, incremental and encrypted. Here there is only the
/// list of them, by which a pass knows what has changed, and a restore what it has to fetch.
struct ResticEngine: FileBackupEngine {
  private let repository: ResticRepository

  init(repository: String, passwordFile: String) {
    self.repository = ResticRepository(address: repository, passwordFile: passwordFile)
  }

  func check() throws {
    _ = try ResticProcess.tool.find()
    let file = repository.passwordFile
    guard let status = FileStatus(following: file) else {
      throw Failure.failed("the password file \(file) of the restic repository is missing")
    }
    guard status.mode & 0o007 == 0 else {
      throw Failure.failed(
        "everybody may read the password file \(file) of the restic repository",
        remedy: "chmod o= \(file)")
    }
    guard geteuid() != 0 || HardLinks.areProtected else {
      throw Failure.refused(
        "restic reads files by their paths, and on this host everybody can give a file of others a name "
          + "among a site's files", remedy: "sysctl -w fs.protected_hardlinks=1")
    }
    _ = try repository.id()
  }

  func firstPass(
    of source: BackupSource, in place: BackupPlace, previous: PreviousFiles?
  ) throws -> FirstPass {
    try Files.write([], to: place.resticMark)
    let id = try repository.id()
    let parent = previous?.restic.flatMap { $0.repository == id ? $0.snapshot : nil }
    // Before restic reads: what changes afterwards is for the last pass.
    let look = try ResticLook(of: source, strict: false)
    let record = try backUp(look, source, place, id, parent: parent, strict: false)
    if let snapshot = record.snapshot { try repository.verify(snapshot) }
    return FirstPass(listSHA256: try look.list.write(to: place.list), restic: record)
  }

  /// Where nothing has changed, the first pass's snapshot is what is there now, and restic is not asked.
  func lastPass(
    of source: BackupSource, in place: BackupPlace, first: FirstPass, strict: Bool
  ) throws -> FileBackup {
    guard let before = first.restic else {
      throw Failure.failed("the first pass of the backup \(place.id) was not made with restic")
    }
    let list = try SnapshotList(reading: place.list, digest: first.listSHA256)
    return try Unsettled.twice {
      let look = try ResticLook(of: source, since: list, strict: strict)
      var first = first
      if !look.isAsBefore || !before.agrees(with: list) {
        first.restic = try backUpRest(source, place, before, look, strict)
      }
      return try FileBackup(list, look.changes, first: first, skipped: look.skipped, in: place)
    }
  }

  private func backUpRest(
    _ source: BackupSource, _ place: BackupPlace, _ before: ResticRecord, _ look: ResticLook,
    _ strict: Bool
  ) throws -> ResticRecord {
    let record = try backUp(
      look, source, place, before.repository, parent: before.snapshot, strict: strict)
    guard strict else { return record }
    try look.verifyUntouched(source)
    guard record.agrees(with: look.list) else {
      throw Failure.failed(
        "restic backed up \(record.files) files with \(record.bytes) bytes of \(source.site), "
          + "which has \(look.list.records.count { $0.kind == .file }) with \(look.list.bytes)")
    }
    return record
  }

  private func backUp(
    _ look: ResticLook, _ source: BackupSource, _ place: BackupPlace, _ id: String,
    parent: String?, strict: Bool
  ) throws -> ResticRecord {
    if look.isEmpty { return .empty(in: id) }
    let data = try Files.realPath(source.data)
    let summary = try Failpoint.around("backup.restic") {
      try repository.backUp(
        data, source.tree(),
        leavingOut: source.leftOut.map { ResticPattern.of($0, below: data) }.sorted(),
        tags: place.resticTags, parent: parent, strict: strict)
    }
    return ResticRecord(
      repository: id, snapshot: summary.snapshot, files: summary.files, bytes: summary.bytes)
  }

  func verify(_ backup: FileBackup, in place: BackupPlace, deep: Bool) throws {
    let record = try ours(backup)
    _ = try backup.list(in: place)
    if let snapshot = record.snapshot { try repository.verify(snapshot) }
    if deep { try repository.check() }
  }

  /// The record of a backup that is in this repository.
  private func ours(_ backup: FileBackup) throws -> ResticRecord {
    guard let record = backup.restic else {
      throw Failure.failed("the backup was not made with restic")
    }
    guard try repository.id() == record.repository else {
      throw Failure.failed(
        "the backup is in the restic repository with the id \(record.repository), "
          + "and the configuration names another")
    }
    return record
  }

  func withCopies(
    of backup: FileBackup, in place: BackupPlace, for source: BackupSource,
    _ body: (SnapshotList, DirectoryTree) throws -> Void
  ) throws {
    let list = try backup.list(in: place)
    let fetch = try ResticFetch(list: list, source: source)
    try clear(place.staging)
    try Files.makeDirectory(place.staging, mode: 0o700)
    if !fetch.wanted.isEmpty, let snapshot = try ours(backup).snapshot {
      try repository.restore(snapshot, to: place.staging, including: fetch.patterns)
    }
    let copies = try DirectoryTree(place.staging)
    try body(fetch.completed(from: copies), copies)
    try clear(place.staging)
  }

  private func clear(_ path: String) throws {
    guard Files.exists(path) else { return }
    try DirectoryTree(Files.parent(of: path)).removeAll(TreePath(Files.name(of: path)))
  }

  func forget(_ place: BackupPlace) throws {
    guard Files.exists(place.resticMark) else { return }
    try repository.forget(repository.snapshots(tagged: place.resticTags))
  }

  /// Nothing is copied here.
  func spaceNeeded(
    for source: BackupSource, in directory: String, previous: PreviousFiles?
  ) throws -> Int64 { 0 }
}

extension BackupPlace {
  /// Says that there can be snapshots of the backup in a restic repository.
  var resticMark: String { "\(path)/restic" }

  /// The tags of the backup's snapshots. The names in them hold no comma, which would end a tag.
  var resticTags: [String] { ["leapfrog", "site:\(site)", "backup:\(id)"] }
}
