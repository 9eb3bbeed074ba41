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
    guard geteuid() == 0, let status = FileStatus(layout.own) ?? FileStatus(layout.root),
      status.owner != 0
    else { return }
    let user = try JobUser.of(uid: status.owner, group: status.group)
    try user.becomeForGood()
    guard access("/proc/self/exe", X_OK) == 0 else {
      throw Failure.refused(
        "\(layout.root) is the pair of \(user.name), who may not run the leapfrog-host of root; "
          + "work on it as \(user.name)")
    }
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
        remedy: "sudo chown -hR --from=root \(geteuid()): \(own.joined(separator: " "))")
    }
  }
}
