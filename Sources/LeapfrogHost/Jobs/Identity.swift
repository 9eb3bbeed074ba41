import Glibc
import LeapfrogCore

/// Whom commands can be run as.
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
}
