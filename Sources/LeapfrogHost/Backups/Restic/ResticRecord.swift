/// Where the files of a backup are in a restic repository.
struct ResticRecord: Codable, Equatable, Sendable {
  /// The repository's own id, never its address, which can hold a password.
  var repository: String
  /// The id of the snapshot, or the beginning of it that restic tells; nil where there was nothing to
  /// back up, which restic refuses.
  var snapshot: String?
  /// Regular files, each name counted, as restic saw them.
  var files: Int
  /// Bytes of those files.
  var bytes: Int64

  /// Of a site without files.
  static func empty(in repository: String) -> ResticRecord {
    ResticRecord(repository: repository, snapshot: nil, files: 0, bytes: 0)
  }

  /// Whether restic has backed up as many files and bytes as a list has.
  func agrees(with list: SnapshotList) -> Bool {
    files == list.records.count { $0.kind == .file } && bytes == list.bytes
  }
}
