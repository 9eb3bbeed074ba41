/// What is backed up and restored: a site's data and its database.
struct BackupSource: Sendable {
  /// The site's name.
  let site: String
  /// The directory of the site's data.
  let data: String
  /// nil for a site without a database.
  let engine: (any DatabaseEngine)?

  /// What the file backup leaves alone.
  var leftOut: Set<TreePath> { engine?.ownFiles ?? [] }
}
