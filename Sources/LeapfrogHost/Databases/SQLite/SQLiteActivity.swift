import Glibc
import LeapfrogCore

/// Looks whether another process is at work on a SQLite database: at the system's own books, since
/// there is no server to ask. Nothing is waited for where nobody has the file open. It runs with the
/// rights of the database's owner.
struct SQLiteActivity {
  /// The database, by its path.
  let file: String
  /// How often a file that is open, and not locked, is looked at: a connection that an application
  /// server keeps is told from one of a request by that.
  private static let looks = 10
  private static let pause: UInt32 = 20_000
  /// `F_SETLEASE` of Linux, which Glibc's module does not show.
  private static let setLease: Int32 = 1024

  /// Who is at work; nil when nobody is.
  func look() throws -> DatabaseActivity? {
    for turn in 0..<Self.looks {
      if turn > 0 { usleep(Self.pause) }
      guard try isOpenElsewhere() else { return nil }
      if let pid = try holder() { return DatabaseActivity(busy: 1, who: Self.name(of: pid)) }
    }
    return nil
  }

  /// Whether somebody has the file open for writing, as SQLite does even to read. The kernel gives no
  /// lease on such a file; one that it gives is handed back at once.
  private func isOpenElsewhere() throws -> Bool {
    let file = try Descriptor(opening: file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    // Where there are no leases, or not for us, the locks alone have to do.
    return fcntl(file.number, Self.setLease, F_RDLCK) != 0
  }

  /// The process that is in a transaction: in WAL mode the locks are in a file of their own, and the
  /// database itself is locked as long as it is open.
  private func holder() throws -> pid_t? {
    if let shared = try? Descriptor(
      opening: file + "-shm", O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    {
      return Self.holder(of: shared, from: 120, count: 8)
    }
    let file = try Descriptor(opening: file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    return Self.holder(of: file, from: 0x4000_0000, count: 512)
  }

  private static func holder(of file: borrowing Descriptor, from start: Int, count: Int) -> pid_t? {
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    (lock.l_start, lock.l_len) = (start, count)
    guard fcntl(file.number, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else {
      return nil
    }
    return lock.l_pid
  }

  private static func name(of pid: pid_t) -> String {
    let bytes = (try? Files.read("/proc/\(pid)/comm", atMost: 4096)) ?? []
    let name = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return name.isEmpty ? "a process" : "process \(pid) (\(name))"
  }
}
