import Glibc
import LeapfrogCore

/// Whose rights a site's SQLite database is opened with.
struct SQLiteAccount {
  /// The directory of the site's data.
  let data: String
  /// The account of the site's commands, where the configuration names one.
  let user: String?

  /// The account of the site; nil for ourselves.
  func ofSite() throws -> JobUser? {
    guard geteuid() == 0 else { return nil }
    if let user { return try JobUser.named(user) }
    return try JobUser.owner(ofTree: data)
  }

  /// The owner of a database, who has to be the site's account or the owner of its data; nil for ourselves.
  ///
  /// - Throws: `Failure` of kind `refused` that names the file, its owner and who is expected.
  func owner(of status: FileStatus, named file: String) throws -> JobUser? {
    guard geteuid() == 0 else { return nil }
    let tree = try DirectoryTree(data)
    let expected = try [user.map(JobUser.named)?.uid, tree.status(.root)?.owner].compactMap { $0 }
    guard expected.contains(status.owner) else {
      let names = Set(expected).map(JobUser.label).sorted().joined(separator: " or ")
      throw Failure.refused(
        "the database \(file) belongs to \(JobUser.label(status.owner)) and not to \(names), whose site it is",
        remedy: "ls -l \(file)")
    }
    return status.owner == 0 ? nil : try JobUser.of(uid: status.owner, group: status.group)
  }
}
