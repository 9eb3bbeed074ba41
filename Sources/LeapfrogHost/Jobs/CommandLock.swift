import Glibc
import LeapfrogCore

/// The lock of one job's command: `flock` on a file of the job's own. The runner takes it before it starts the
/// command, and the command and all that it starts inherit it, so that it is free only when none of them lives.
/// A command that unlocks it speaks for its own job alone; the pair's lock is out of its reach.
struct CommandLock: ~Copyable {
  /// What the command inherits: it is open for reading, and the file is empty.
  let file: Descriptor
  private let path: String

  /// Takes the lock of a job that nobody else runs.
  ///
  /// - Throws: `Failure` when its file cannot be made.
  init(of job: JobFiles) throws {
    let path = job.commandLock
    try Files.makeDirectories(Files.parent(of: path), mode: 0o700)
    let file = try Descriptor(opening: path, O_RDONLY | O_CREAT | O_NOFOLLOW)
    let number = file.number
    // A look at the lock holds it for a moment.
    try system("lock", path) { flock(number, LOCK_EX) }
    self.path = path
    self.file = file
  }

  /// Lets go of the job for good, also where the command has given the descriptor to a process that is not
  /// below it.
  func remove() { unlink(path) }

  /// Whether the command of a job, or something that it has started, lives.
  static func isHeld(_ job: JobFiles) throws -> Bool { try isHeld(job.commandLock) }

  /// Whether any command of the pair lives. `isCleaning` removes the files of those that do not; only the holder
  /// of the pair's lock may say so, since a runner, which makes such a file, holds it too.
  static func isAnyHeld(_ layout: Layout, isCleaning: Bool = false) throws -> Bool {
    for name in try Files.names(in: layout.commandLocks) {
      let path = "\(layout.commandLocks)/\(name)"
      if try isHeld(path) { return true }
      if isCleaning { unlink(path) }
    }
    return false
  }

  private static func isHeld(_ path: String) throws -> Bool {
    guard Files.exists(path) else { return false }
    let number = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    if number == -1, errno == ENOENT { return false }
    let file = Descriptor(adopting: try system("open", path) { number })
    guard flock(file.number, LOCK_EX | LOCK_NB) != 0 else { return false }
    guard errno == EWOULDBLOCK || errno == EINTR else { throw Failure.system("lock", path) }
    return true
  }
}
