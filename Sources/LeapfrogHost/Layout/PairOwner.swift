import Glibc
import LeapfrogCore

/// Whose a pair is: an ordinary user's who made it without root, or root's.
///
/// Root works in a user's pair as that user, from the first look to the last process. So nothing of root's is
/// left there that would lock the user out, and no link of the user's leads root anywhere: whatever is done
/// there, the user could have done.
enum PairOwner {
  /// Becomes the owner of the pair for good, where that is another than root.
  ///
  /// - Throws: `Failure` when the owner could not go on with this executable.
  static func become(_ layout: Layout) throws {
    guard let user = try other(layout) else { return }
    try user.becomeForGood()
    guard access("/proc/self/exe", X_OK) == 0 else {
      throw Failure.refused(
        "\(layout.root) is the pair of \(user.name), who may not run the leapfrog-host of root; "
          + "work on it as \(user.name)")
    }
  }

  /// Does as the owner what starts no process, and is root again: one connection looks at all pairs of a host.
  static func looking<Value>(at layout: Layout, _ body: () throws -> Value) throws -> Value {
    guard let user = try other(layout) else { return try body() }
    let (group, groups) = (getegid(), ownGroups())
    defer {
      // With the rights of another nothing more may be done here.
      guard seteuid(0) == 0, setegid(group) == 0, setgroups(groups.count, groups) == 0 else {
        abort()
      }
    }
    try system("take the groups of", user.name) { setgroups(user.groups.count, user.groups) }
    try system("take the group of", user.name) { setegid(user.gid) }
    try system("become", user.name) { seteuid(user.uid) }
    return try body()
  }

  private static func ownGroups() -> [gid_t] {
    var groups = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
    let count = getgroups(Int32(groups.count), &groups)
    return Array(groups.prefix(Int(max(0, count))))
  }

  /// The owner, where we are root and could become that.
  private static func other(_ layout: Layout) throws -> JobUser? {
    guard geteuid() == 0, let status = FileStatus(layout.own) ?? FileStatus(layout.root),
      status.owner != 0
    else { return nil }
    return try JobUser.of(uid: status.owner, group: status.group)
  }

  /// Looks for what a leapfrog that stayed root has left in a user's pair.
  ///
  /// - Throws: `Failure` with what gives it back.
  static func verify(_ layout: Layout) throws {
    guard geteuid() != 0 else { return }
    let files = ["", "-wal", "-shm"].map { layout.journal + $0 } + [layout.lock, layout.pair]
    for path in files where FileStatus(path)?.owner == 0 && access(path, R_OK | W_OK) != 0 {
      let own = layout.directories.map(\.path).filter { $0 != layout.sites }
      throw Failure.failed(
        "\(path) is root's, since leapfrog has run as root here; root can give back what it has left",
        remedy: "sudo chown -hR --from=root \(geteuid()):\(getegid()) \(own.joined(separator: " "))"
      )
    }
  }
}
