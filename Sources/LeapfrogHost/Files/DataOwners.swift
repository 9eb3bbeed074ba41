import Glibc
import LeapfrogCore

/// Whose files a site's data can hold. A file of somebody else that has several names may have been given
/// one of them in the data only so that root reads it, or gives it away.
struct DataOwners: Sendable, Equatable {
  let accounts: Set<uid_t>
  /// Whether only those give a file a name who may read and write it.
  var areNamesKept = HardLinks.areProtected

  /// Whether a file may be another's, and is not to be given away; never where we are not root, whose rights are those of the data.
  ///
  /// - Parameter recorded: the owner that it is to have, which changes nothing for another one's file.
  func isForeign(_ status: FileStatus, recorded: uid_t? = nil) -> Bool {
    geteuid() == 0 && status.kind == .file && status.links > 1 && status.owner != recorded
      && !accounts.contains(status.owner)
  }

  /// - Throws: `Failure` naming a file that root alone may be able to read.
  func verify(_ status: FileStatus, name: String) throws {
    guard isForeign(status), !areNamesKept else { return }
    throw Failure.refused(
      "\(name) is a file of \(JobUser.label(status.owner)) with \(status.links) names, so that it may be "
        + "another's than the site's; make it a copy, or give it to the owner of the data")
  }
}
