import LeapfrogCore

extension BackupStore {
  /// Removes backups that nothing needs: those that were never finished, and the oldest good ones
  /// beyond `keep`. Never one in `needed`, never the last good one, never a damaged one, which a
  /// person should see.
  ///
  /// - Parameters:
  ///   - needed: backups of unfinished migrations, and those being made.
  ///   - known: backups whose order is known, newest first.
  /// - Returns: the names of those that were removed.
  @discardableResult
  func prune(
    site: String, keep: Int, needed: Set<String>, newestFirst known: [String] = []
  ) throws -> [String] {
    try removeMarked(site)
    let unfinished = try ids(site: site).filter {
      try !Files.exists(layout.place(ofBackup: $0, site: site).manifest)
    }
    let good = try list(site: site, newestFirst: known).map(\.id).filter { isGood($0, site: site) }
    let doomed = (unfinished + good.dropFirst(max(1, keep))).filter { !needed.contains($0) }
    return try doomed.filter { try forget($0, site: site) }
  }

  /// Removes a backup where what it keeps elsewhere can be given up now; says whether it did. The site
  /// has moved by then, so a repository that is away is no reason to fail: the next pruning tries again.
  private func forget(_ id: String, site: String) throws -> Bool {
    do { try engine.forget(layout.place(ofBackup: id, site: site)) } catch {
      StandardError.print("the backup \(id) of \(site) is kept for now: \(error)")
      return false
    }
    try remove(id, site: site)
    return true
  }

  /// Removes a backup; after a crash, the next call goes on.
  private func remove(_ id: String, site: String) throws {
    let place = try layout.place(ofBackup: id, site: site)
    try Failpoint.around("backup.remove") {
      try Files.rename(place.path, to: place.path + Self.mark)
    }
    try removeMarked(site)
  }

  private func removeMarked(_ site: String) throws {
    let directory = layout.backups(of: site)
    let marked = try Files.names(in: directory).filter { $0.hasSuffix(Self.mark) }
    if marked.isEmpty { return }
    let tree = try DirectoryTree(directory)
    for name in marked { try tree.removeAll(TreePath(name)) }
  }

  private static let mark = ".deleted"
}
