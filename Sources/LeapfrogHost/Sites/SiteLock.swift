import Glibc
import LeapfrogCore

/// A site's lock: `exec` holds it shared, a migration exclusively, so that no command of the site
/// runs while its data is backed up and updated.
final class SiteLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Takes the lock; nil when it is held the other way after `seconds`.
  static func take(_ layout: Layout, _ site: String, exclusively: Bool, waiting seconds: Int) throws
    -> SiteLock?
  {
    let path = layout.siteLock(site)
    let descriptor = try Descriptor(opening: path, O_RDWR | O_CREAT)
    let kind = (exclusively ? LOCK_EX : LOCK_SH) | LOCK_NB
    for attempt in 0... {
      if flock(descriptor.number, kind) == 0 { return SiteLock(descriptor: descriptor.take()) }
      guard errno == EWOULDBLOCK || errno == EINTR else { throw Failure.system("lock", path) }
      if attempt >= seconds * 20 { return nil }
      usleep(50_000)
    }
    return nil
  }

  /// Lets a child inherit the lock, which then lasts until the child ends.
  func passOn() {
    _ = fcntl(descriptor, F_SETFD, 0)
  }

  deinit { close(descriptor) }
}
