import CPosix
import GRDBSQLite
import Glibc

/// Names under which SQLite opens files that are open already. A process that may not reach a path can so be
/// given one file, for reading or for writing, and nothing beside it.
enum DescriptorName {
  private static let directory = "/leapfrog-descriptor/"

  /// A file that SQLite may write.
  static func writable(_ number: Int32) -> String { "\(directory)\(number)" }

  /// A file that nobody changes: it is read without locks, and without anything that could lie beside it.
  static func frozen(_ number: Int32) -> String {
    "file:\(directory)\(number)?mode=ro&immutable=1"
  }

  private typealias Open = @convention(c) (UnsafePointer<CChar>, Int32, Int32) -> Int32

  /// Makes SQLite know these names, in this whole process; before its first use.
  static func install() {
    enable_sqlite_uris()
    sqlite3_initialize()
    let open: Open = { path, flags, mode in
      guard let number = DescriptorName.number(path) else {
        return open_file(path, flags, mode)
      }
      return fcntl(number, F_DUPFD_CLOEXEC, 3)
    }
    let system = sqlite3_vfs_find("unix")
    _ = system?.pointee.xSetSystemCall(
      system, "open", unsafeBitCast(open, to: sqlite3_syscall_ptr.self))
  }

  private static func number(_ path: UnsafePointer<CChar>) -> Int32? {
    guard strncmp(path, directory, directory.utf8.count) == 0 else { return nil }
    // Journals and the like have a longer name, and are none of these.
    return Int32(String(cString: path + directory.utf8.count))
  }
}
