import CPosix
import Glibc
import LeapfrogCore

/// Runs a spawn in another account's name.
enum Identity {
  /// Whether this process can run commands as the account, and whether it has to switch for that.
  ///
  /// - Throws: `Failure` when it cannot.
  static func needsSwitch(to user: JobUser) throws -> Bool {
    if geteuid() == 0 { return true }
    guard user.uid == geteuid() else {
      throw Failure.failed("only root can run commands as \(user.name)")
    }
    return false
  }

  /// Makes the account's ids the real ones while `spawn` runs; the effective ones stay root's, so
  /// that the way back is open. A child that resets its ids becomes that account entirely: the saved
  /// ids and the capabilities follow when it executes its program.
  ///
  /// The real ids go back to root afterwards, since the account's other processes could send signals
  /// to this one as long as they are theirs.
  static func borrowing<Value>(_ user: JobUser, _ spawn: () throws -> Value) throws -> Value {
    let own = try currentGroups()
    defer {
      _ = setresuid(0, 0, 0)
      _ = setresgid(0, 0, 0)
      _ = setgroups(own.count, own)
    }
    try system("take the groups of", user.name) { setgroups(user.groups.count, user.groups) }
    try system("take the group of", user.name) { setresgid(user.gid, 0, 0) }
    try system("take the identity of", user.name) { setresuid(user.uid, 0, 0) }
    return try spawn()
  }

  private static func currentGroups() throws -> [gid_t] {
    let count = try system("list the groups of", "this process") { getgroups(0, nil) }
    var groups = [gid_t](repeating: 0, count: Int(count))
    let found = try system("list the groups of", "this process") { getgroups(count, &groups) }
    return Array(groups.prefix(Int(found)))
  }
}
