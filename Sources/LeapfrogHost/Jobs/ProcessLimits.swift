import CPosix
import Glibc

/// What a process, and each that it starts, may use of the machine. None of them leaves a core: it would
/// hold passwords or rows.
struct ProcessLimits: Sendable, Equatable {
  /// Bytes of memory that it may write. Address space is not limited: runtimes such as those of Java and
  /// JavaScript reserve much more of it than they use.
  var memory: UInt
  /// Bytes that a file may have which it writes.
  var fileSize: UInt
  /// Seconds of processor time.
  var processor: UInt

  private static let gigabyte: UInt = 1 << 30

  /// Of a command that prints a short answer within that many seconds.
  static func answering(within seconds: Int) -> ProcessLimits {
    // Several threads use several seconds in one.
    ProcessLimits(
      memory: 4 * gigabyte, fileSize: gigabyte, processor: UInt(max(1, seconds)) * 8)
  }

  /// Of a database's client, which streams what it reads.
  static let client = ProcessLimits(
    memory: 8 * gigabyte, fileSize: .max, processor: 24 * 3600)

  /// Of the process that opens a site's SQLite database.
  ///
  /// - Parameter bytes: the size of the database.
  static func sqlite(bytes: Int64) -> ProcessLimits {
    ProcessLimits(
      memory: gigabyte, fileSize: max(gigabyte, 4 * UInt(clamping: min(bytes, .max / 8))),
      processor: 24 * 3600)
  }

  /// Limits a process that has just been started.
  ///
  /// - Returns: the system's word for why that cannot be; nil where it is done.
  func fault(limiting process: pid_t) -> Int32? {
    all.contains { limit_process(process, $0.resource, $0.most) != 0 } ? errno : nil
  }

  /// All of them, as the system has them.
  var all: [process_limit] {
    [(RLIMIT_CORE, 0), (RLIMIT_DATA, memory), (RLIMIT_FSIZE, fileSize), (RLIMIT_CPU, processor)]
      .map { process_limit(resource: Self.number($0), most: $1) }
  }

  private static func number(_ resource: __rlimit_resource) -> Int32 {
    Int32(truncatingIfNeeded: resource.rawValue)
  }
}
