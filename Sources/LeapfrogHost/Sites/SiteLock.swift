import Glibc
import LeapfrogCore

/// A site's lock: `exec` holds it shared, a migration exclusively, so that no command of the site
/// runs while its data is backed up and updated.
///
/// Both pass a gate first. A migration that waits for commands keeps the gate, so that no new command
/// begins and one after the other keeps it waiting.
final class SiteLock: Sendable {
  /// Whoever inherits it holds the lock, too, and can do no more with it: it is open for reading, and its file
  /// is empty. A command of the site can unlock it, which puts its own site alone at risk.
  let descriptor: Int32
  private let gate: Int32?

  private init(descriptor: Int32, gate: Int32?) {
    (self.descriptor, self.gate) = (descriptor, gate)
  }

  /// Takes the lock; nil when it is held the other way after `seconds`.
  static func take(_ layout: Layout, _ site: String, exclusively: Bool, waiting seconds: Int) throws
    -> SiteLock?
  {
    try take(layout, site, exclusively: exclusively, until: Deadline(seconds: seconds))
  }

  /// Takes the lock; nil when it is held the other way at the deadline.
  static func take(_ layout: Layout, _ site: String, exclusively: Bool, until end: Deadline) throws
    -> SiteLock?
  {
    let kind = exclusively ? LOCK_EX : LOCK_SH
    let gate = try Descriptor(opening: layout.siteGate(site), O_RDWR | O_CREAT)
    guard try hold(gate, kind, layout.siteGate(site), until: end) else { return nil }
    let lock = try Descriptor(opening: layout.siteLock(site), O_RDONLY | O_CREAT)
    guard try hold(lock, kind, layout.siteLock(site), until: end) else { return nil }
    return SiteLock(descriptor: lock.take(), gate: exclusively ? gate.take() : nil)
  }

  private static func hold(
    _ file: borrowing Descriptor, _ kind: Int32, _ path: String, until end: Deadline
  ) throws -> Bool {
    while flock(file.number, kind | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else { throw Failure.system("lock", path) }
      if end.isOver { return false }
      usleep(20_000)
    }
    return true
  }

  deinit {
    close(descriptor)
    if let gate { close(gate) }
  }
}
