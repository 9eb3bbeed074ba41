import LeapfrogCore

/// What a restore has to fetch: only what is not untouched in the site's data.
struct ResticFetch {
  private let list: SnapshotList
  /// Files and links that have to be fetched.
  let wanted: Set<TreePath>

  /// More patterns than these, or longer ones, fit no argument list; then everything is fetched.
  private static let manyPatterns = 500
  private static let manyBytes = 60_000

  init(list: SnapshotList, source: BackupSource) throws {
    self.list = list
    let found = try TreeComparison.make(
      of: source.data, with: list, leavingOut: source.leftOut, strict: true)
    wanted = Set(
      zip(list.records, found.isKept).lazy.filter { !$1 && $0.kind != .directory }.map(\.0.path))
  }

  /// What restic has to be told; nothing where it is everything.
  var patterns: [String] {
    guard wanted.count <= Self.manyPatterns else { return [] }
    let patterns = wanted.map { ResticPattern.of($0) }.sorted()
    return patterns.reduce(0) { $0 + $1.utf8.count } > Self.manyBytes ? [] : patterns
  }

  /// The list with the hashes of what was fetched.
  ///
  /// - Throws: `Failure` naming a file that was not, or is not of its size.
  func completed(from copies: DirectoryTree) throws -> SnapshotList {
    SnapshotList(
      try list.records.map { record in
        guard record.kind == .file, wanted.contains(record.path) else { return record }
        var record = record
        record.digest = try digest(of: record, in: copies)
        return record
      })
  }

  private func digest(of record: SnapshotRecord, in copies: DirectoryTree) throws -> FileDigest {
    let name = copies.label(record.path)
    do {
      let file = try copies.openFile(record.path)
      guard FileStatus(file)?.size == record.size else {
        throw Failure.failed("\(name) is not what was backed up: it is not of the recorded size")
      }
      return try FileContents.digest(of: file, name: name, tellingHoles: true)
    } catch is Unsettled {
      throw Failure.failed("\(name) is missing from the restic snapshot")
    }
  }
}
