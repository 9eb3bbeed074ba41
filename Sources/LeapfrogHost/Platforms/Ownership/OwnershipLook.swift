import Glibc
import LeapfrogCore

/// Looks for what somebody else than a platform's owner could write there.
struct OwnershipLook {
  let layout: Layout
  let platform: PlatformName

  private struct Fault {
    var path: String
    var what: String
    var remedy: String
  }

  /// - Throws: `Failure` naming the first path, how many there are, and the command that mends the first.
  func verify() throws {
    guard let owner = FileStatus(layout.own)?.owner else { return }
    let tree = try DirectoryTree(layout.platform(platform))
    var (first, count): (Fault?, Int) = (nil, 0)
    try TreeWalk(tree, leavingOut: [], strict: false) { found in
      let path = tree.label(TreePath(bytes: Array(found.path)))
      guard let fault = Self.fault(path, found.status, owner) else { return }
      count += 1
      first = first ?? fault
    }.run()
    guard let first else { return }
    let rest = count == 1 ? "" : ", and so are \(count - 1) more below \(platform)"
    throw Failure.failed("\(first.path) \(first.what)\(rest)", remedy: first.remedy)
  }

  /// A link is written by whoever can write its directory; its own owner says whom web servers let it lead to.
  private static func fault(_ path: String, _ status: FileStatus, _ owner: uid_t) -> Fault? {
    guard status.kind != .link else { return nil }
    let quoted = "'\(path.replacing("'", with: "'\\''"))'"
    if status.owner != owner, status.owner != 0 {
      return Fault(
        path: path, what: "belongs to user \(status.owner), who can change the code",
        remedy: "chown -h \(owner) \(quoted)")
    }
    // Without root, the members of a group may share a pair on purpose.
    let others: mode_t = owner == 0 ? 0o022 : 0o002
    if status.mode & others != 0 {
      return Fault(
        path: path, what: "is writable for others than its owner", remedy: "chmod go-w \(quoted)")
    }
    if owner == 0, FileRights.hasWritingACL(path) {
      return Fault(
        path: path, what: "has an ACL that lets others write", remedy: "setfacl -b \(quoted)")
    }
    return nil
  }
}
