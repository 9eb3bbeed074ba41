import Glibc
import LeapfrogCore

/// A process that can be told from a later one with the same number: by when it began, and in which
/// boot.
struct ProcessIdentity: Codable, Sendable, Equatable {
  var pid: pid_t
  /// Clock ticks from the boot to its start.
  var started: UInt64
  var boot: String

  /// A process of this boot; nil when there is none of that number.
  init?(_ pid: pid_t) {
    guard let status = ProcessStatus(pid), let boot = Self.currentBoot else { return nil }
    self.pid = pid
    started = status.started
    self.boot = boot
  }

  /// The identity in a line that `line` made; nil when it is not one.
  init?(line: some StringProtocol) {
    let fields = line.split(separator: " ")
    guard fields.count == 3, let pid = pid_t(fields[0]), let started = UInt64(fields[1]) else {
      return nil
    }
    self.pid = pid
    self.started = started
    boot = String(fields[2])
  }

  /// One line, with its newline.
  var line: String { "\(pid) \(started) \(boot)\n" }

  /// Whether it still runs.
  var isAlive: Bool {
    guard boot == Self.currentBoot, let status = ProcessStatus(pid) else { return false }
    return status.started == started && !status.isZombie
  }

  /// Ends it, by force when it is still there after so many seconds. A later process of the same number is
  /// left alone, and so is this one.
  func end(after seconds: Double) {
    guard pid != getpid() else { return }
    for signal in [SIGTERM, SIGKILL] where isAlive {
      kill(pid, signal)
      let deadline = Deadline(seconds: seconds)
      while isAlive, !deadline.isOver { usleep(10_000) }
    }
  }

  private static var currentBoot: String? {
    guard let bytes = try? Files.read("/proc/sys/kernel/random/boot_id", atMost: 4096) else {
      return nil
    }
    return String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
  }
}
