import LeapfrogCore

/// What is backed up and restored: a site's data and its database.
struct BackupSource: Sendable {
  /// The site's name.
  let site: String
  /// The directory of the site's data.
  let data: String
  /// The account of the site's commands, where the configuration names one.
  let user: String?
  /// nil for a site without a database.
  let engine: (any DatabaseEngine)?

  /// The data, of which no file is read that may be another's.
  func tree() throws -> DirectoryTree {
    let owner = try DirectoryTree(data).status(.root)?.owner
    // A host without the account runs no command of the site's either.
    let user = user.flatMap { try? JobUser.named($0).uid }
    return try DirectoryTree(
      data, owners: DataOwners(accounts: Set([owner, user].compactMap(\.self))))
  }

  /// What the file backup leaves alone.
  var leftOut: Set<TreePath> { engine?.ownFiles ?? [] }
}
