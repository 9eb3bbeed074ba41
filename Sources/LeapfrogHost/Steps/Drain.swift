import Glibc
import LeapfrogCore

/// Waits until the requests that were under way when a site was closed have ended.
struct Drain {
  let migration: SiteMigration
  /// From one look to the next; some engines take longer for one.
  private static let pause = Duration.milliseconds(20)
  /// A request between two of its queries looks like none, so one quiet look is not enough.
  private static let quietLooks = 2

  /// - Throws: `Failure` naming who is still at work after the seconds that the pair allows.
  func wait() throws {
    // What is taken away and left as it is loses nothing, and its database may be gone already.
    guard migration.kind != .remove, let engine = migration.engine else { return }
    let end = Deadline(seconds: migration.order.spec.drain)
    var (quiet, next) = (0, Deadline(.now + Self.pause))
    while let activity = try engine.activity() {
      quiet = activity.busy == 0 ? quiet + 1 : 0
      if quiet == Self.quietLooks { return }
      if end.isOver, quiet == 0 { throw busy(activity) }
      usleep(UInt32(next.milliseconds) * 1000)
      next = Deadline(.now + Self.pause)
    }
  }

  private func busy(_ activity: DatabaseActivity) -> Failure {
    .failed(
      "the database of \(migration.site.name) is still in use \(migration.order.spec.drain) s after "
        + "the site was closed, by \(activity.who); stop it in the site's `close` command, or give "
        + "requests more time with `drain`")
  }
}
