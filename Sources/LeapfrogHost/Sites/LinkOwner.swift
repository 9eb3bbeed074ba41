import Glibc
import LeapfrogCore

/// Whose a link to a site's data should be.
///
/// The site's user may exchange anything below its data at any time, so what is there is looked at without following
/// links, and counts only where that user could not have put something else there: a link of root's would lead a web
/// server to every file of root's.
struct LinkOwner {
  private let data: String
  private let user: uid_t?

  init(_ data: String, user: String?) {
    self.data = data
    self.user = user.flatMap { try? JobUser.named($0).uid }
  }

  /// The owner for a link to a path below the data; nil when there is no data.
  func of(_ path: String) -> uid_t? {
    guard let root = try? Descriptor(opening: data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
      let top = FileStatus(root)
    else { return nil }
    let fallback = top.owner == 0 && !isRoots(top) ? user ?? 0 : top.owner
    let found = path == "." ? top : status(of: path, below: root, top)
    guard let found, found.owner == user || found.owner == top.owner else { return fallback }
    return found.owner
  }

  /// What has the path; nil where nothing has, or where somebody else than root could exchange what is root's.
  private func status(
    of path: String, below root: borrowing Descriptor, _ top: FileStatus
  ) -> FileStatus? {
    guard var directory = try? Descriptor(opening: ".", in: root, O_RDONLY | O_DIRECTORY) else {
      return nil
    }
    var isSafe = isRoots(top)
    let names = path.split(separator: "/").map(String.init)
    for name in names.dropLast() {
      guard
        let next = try? Descriptor(
          opening: name, in: directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      else { return nil }
      directory = next
      isSafe = isSafe && FileStatus(directory).map(isRoots) ?? false
    }
    guard let last = names.last, let found = FileStatus(last, in: directory.number),
      found.kind != .link, found.owner != 0 || isSafe
    else { return nil }
    return found
  }

  private func isRoots(_ directory: FileStatus) -> Bool {
    directory.owner == 0 && directory.mode & 0o022 == 0
  }
}
