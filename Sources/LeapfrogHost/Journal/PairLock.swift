import Foundation
import Glibc
import LeapfrogCore

/// The pair's lock: `flock` on a file, held by the worker and by the runners of its jobs. Who takes it looks at
/// the locks of the jobs' commands, too: it is free only when nothing of a release is alive any more.
final class PairLock: Sendable {
  /// Who holds a lock, as the holder wrote it.
  struct Holder: Codable, Sendable {
    var process: ProcessIdentity?
    var since: Date
    var actor: String
    var what: String
    /// Names the run of the command that it is held for.
    var token: String
    /// Whether it is a session, which waits for its controller; a worker waits for nobody.
    var isSession: Bool
  }

  /// The descriptor that carries the lock; leapfrog's own processes inherit it, and no others.
  let descriptor: Int32
  private let path: String

  private init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// The lock that a parent handed down.
  convenience init(inherited descriptor: Int32, layout: Layout) throws {
    try system("use the lock", layout.lock) { flock(descriptor, LOCK_EX | LOCK_NB) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    self.init(descriptor: descriptor, path: layout.lock)
  }

  /// Takes the lock; nil when somebody holds it after `seconds` of waiting.
  static func take(_ layout: Layout, waiting seconds: Double = 0) throws -> PairLock? {
    let descriptor = try Descriptor(opening: layout.lock, O_RDWR | O_CREAT)
    let deadline = Deadline(seconds: seconds)
    while try !hold(descriptor.number, layout) {
      if deadline.isOver { return nil }
      usleep(20_000)
    }
    return PairLock(descriptor: descriptor.take(), path: layout.lock)
  }

  /// Whether the lock is ours now, and no command of a worker that has died lives.
  private static func hold(_ descriptor: Int32, _ layout: Layout) throws -> Bool {
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw Failure.system("lock", layout.lock)
      }
      return false
    }
    return try !CommandLock.isAnyHeld(layout, isCleaning: true)
  }

  /// Whether somebody holds the lock right now, or a command of a worker that has died lives.
  static func isHeld(_ layout: Layout) -> Bool {
    guard let descriptor = try? Descriptor(opening: layout.lock, O_RDONLY) else {
      return Files.exists(layout.lock)
    }
    if flock(descriptor.number, LOCK_SH | LOCK_NB) == 0 {
      return (try? CommandLock.isAnyHeld(layout)) ?? true
    }
    return errno == EWOULDBLOCK
  }

  /// Writes down who holds it, for the one who is refused.
  func sign(_ entrant: Entrant, isSession: Bool = false) throws {
    try write(
      Holder(
        process: ProcessIdentity(getpid()), since: Date(), actor: entrant.actor,
        what: entrant.what, token: entrant.claim.token, isSession: isSession))
  }

  /// Writes down that it is this process by now which does what the last one has signed for.
  func signOver(_ layout: Layout) throws {
    guard var holder = Self.holder(layout) else { return }
    (holder.process, holder.isSession) = (ProcessIdentity(getpid()), false)
    try write(holder)
  }

  private func write(_ holder: Holder) throws {
    let bytes = [UInt8](try Wire.encoder().encode(holder))
    try system("write", path) { ftruncate(descriptor, 0) }
    try system("write", path) { pwrite(descriptor, bytes, bytes.count, 0) }
  }

  /// Who signed last.
  static func holder(_ layout: Layout) -> Holder? {
    guard let bytes = try? Files.read(layout.lock) else { return nil }
    return try? Wire.decoder().decode(Holder.self, from: Data(bytes))
  }

  /// The refusal for one who came second.
  static func refusal(_ layout: Layout, pair: String) -> Failure {
    guard let holder = holder(layout) else {
      return .refused("\(pair) is busy", remedy: "leapfrog status \(pair)")
    }
    let since = holder.since.formatted(.iso8601)
    return .refused(
      "\(pair) is busy: \(holder.what), asked for by \(holder.actor), since \(since)",
      remedy: "leapfrog status \(pair)")
  }

  deinit { close(descriptor) }
}
