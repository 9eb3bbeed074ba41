import Glibc

/// One line of the process table.
struct ProcessStatus: Sendable, Equatable {
  var pid: pid_t
  var parent: pid_t
  var session: pid_t
  /// Clock ticks from the boot to the start of the process.
  var started: UInt64
  /// Whether it has ended and only waits to be reaped.
  var isZombie: Bool

  /// What `/proc` says; nil when there is no such process.
  init?(_ pid: pid_t) {
    guard let bytes = try? Files.read("/proc/\(pid)/stat", atMost: 1 << 16) else { return nil }
    self.init(pid, stat: bytes)
  }

  /// The fields after the name, which is in parentheses and may hold anything.
  init?(_ pid: pid_t, stat: [UInt8]) {
    guard let end = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: UInt8(ascii: " "))
      .map { String(decoding: $0, as: UTF8.self) }
    guard fields.count > 19, let parent = pid_t(fields[1]), let session = pid_t(fields[3]),
      let started = UInt64(fields[19])
    else { return nil }
    self.pid = pid
    self.parent = parent
    self.session = session
    self.started = started
    isZombie = fields[0] == "Z" || fields[0] == "X"
  }
}

/// The processes of the host.
enum ProcessTree {
  /// All that `/proc` shows.
  static func all() -> [ProcessStatus] {
    pids().compactMap { ProcessStatus($0) }
  }

  /// The children of a process, their children, and so on, as far as they have not ended.
  static func descendants(of ancestor: pid_t) -> [ProcessStatus] {
    let children = Dictionary(grouping: all(), by: \.parent)
    var found: [ProcessStatus] = []
    var ancestors = [ancestor]
    while let parent = ancestors.popLast() {
      for child in children[parent] ?? [] where child.pid != ancestor {
        found.append(child)
        ancestors.append(child.pid)
      }
    }
    return found.filter { !$0.isZombie }
  }

  /// The other processes that were started with this variable in their environment.
  static func carrying(_ variable: String) -> [pid_t] {
    let wanted = Array(variable.utf8)
    return pids().filter { pid in
      guard pid != getpid(),
        let environment = try? Files.read("/proc/\(pid)/environ", atMost: 8 << 20)
      else {
        return false
      }
      return environment.split(separator: 0).contains { $0.elementsEqual(wanted) }
    }
  }

  private static func pids() -> [pid_t] {
    ((try? Files.names(in: "/proc")) ?? []).compactMap { pid_t($0) }
  }
}
