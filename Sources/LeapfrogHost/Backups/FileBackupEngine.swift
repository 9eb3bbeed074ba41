import LeapfrogCore

/// What leapfrog needs of a way to back up a site's files. A new one is one file that conforms and one
/// line in `FileBackups`; the same tests then run against it.
protocol FileBackupEngine: Sendable {
  /// Looks whether backups can be made this way.
  ///
  /// - Throws: `Failure` naming what is missing.
  func check() throws

  /// Backs up what is there while the site is open, as far as it is not in a backup before, and proves
  /// it. The backup's directory is empty but for its `files`.
  ///
  /// - Parameter previous: the newest good backup made this way.
  func firstPass(
    of source: BackupSource, in place: BackupPlace, previous: PreviousFiles?
  ) throws -> FirstPass

  /// Brings the backup up to date and proves what the first pass did not. Doing it again is fine.
  ///
  /// - Parameter strict: whether the site is closed, so that a change meanwhile is a fault.
  func lastPass(
    of source: BackupSource, in place: BackupPlace, first: FirstPass, strict: Bool
  ) throws -> FileBackup

  /// Proves a backup: that every part is there with its size, with `deep` every byte.
  func verify(_ backup: FileBackup, in place: BackupPlace, deep: Bool) throws

  /// Gets copies of what has to be put back in a site's data, and gives them to a body.
  func withCopies(
    of backup: FileBackup, in place: BackupPlace, for source: BackupSource,
    _ body: (SnapshotList, DirectoryTree) throws -> Void
  ) throws

  /// Gives up what a backup, finished or not, keeps outside of its directory.
  func forget(_ place: BackupPlace) throws

  /// Bytes that a backup takes here.
  func spaceNeeded(
    for source: BackupSource, in directory: String, previous: PreviousFiles?
  ) throws -> Int64
}

/// The files of an earlier backup.
struct PreviousFiles: Sendable {
  var list: SnapshotList
  var place: BackupPlace
  var restic: ResticRecord?
}

/// What the first pass left for the last one; on disk from the end of the one to the end of the other.
struct FirstPass: Codable, Equatable, Sendable {
  /// SHA-256 of the list, in hexadecimal digits.
  var listSHA256: String
  /// nil where the files are in the backup's directory.
  var restic: ResticRecord?
}

/// A finished backup of files, as the manifest holds it.
struct FileBackup: Equatable, Sendable {
  /// How many files and links.
  var files: Int
  /// Bytes of all files.
  var bytes: Int64
  /// SHA-256 of the first pass's list, in hexadecimal digits.
  var listSHA256: String
  /// The same of what the last pass found different; nil when nothing was.
  var changesSHA256: String?
  /// Sockets, FIFOs and devices that were not backed up.
  var skipped: Int
  /// nil where the files are in the backup's directory.
  var restic: ResticRecord?

  /// The list of the files.
  ///
  /// - Throws: `Failure` when it is not the one that was written.
  func list(in place: BackupPlace) throws -> SnapshotList {
    let first = try SnapshotList(reading: place.list, digest: listSHA256)
    guard let changesSHA256 else { return first }
    return first.applying(try SnapshotChanges(reading: place.changes, digest: changesSHA256))
  }
}

/// The list of file backup engines.
enum FileBackups {
  /// The engine that a site's configuration asks for.
  static func engine(for spec: FileBackupSpec) -> any FileBackupEngine {
    guard let repository = spec.restic, let password = spec.passwordFile else {
      return SnapshotEngine()
    }
    return ResticEngine(repository: repository, passwordFile: password)
  }

  /// The programs that the engine calls.
  static func tools(for spec: FileBackupSpec) -> [Tool] {
    spec.restic == nil ? [] : [ResticProcess.tool]
  }
}
