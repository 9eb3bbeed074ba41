import Glibc
import LeapfrogCore

/// Finds out whether a file is open for writing anywhere: by descriptors, by shared mappings, and by descriptors
/// that are on their way from one process to another.
///
/// The kernel counts all of these, and refuses a read lease while there is one. Where a file system has no
/// leases, the descriptors and mappings of all processes are looked at instead.
final class WriterCheck {
  // Both are hidden by the headers unless GNU extensions are asked for.
  private static let setLease: Int32 = 1024
  /// What was ended a moment ago may not be gone entirely.
  private static let patience = 2.0

  private lazy var found = OpenWriters()

  init() {
    // Who opens a leased file for writing makes the kernel tell us, which would end the process.
    signal(SIGIO, SIG_IGN)
  }

  /// - Throws: `Failure` naming the file and the process that has it open for writing.
  func verify(_ name: UnsafePointer<CChar>, in directory: Int32, _ label: @autoclosure () -> String)
    throws
  {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let number = retrying { openat(directory, name, flags) }
    guard number != -1 else { throw Failure.system("open", label()) }
    let file = Descriptor(adopting: number)
    if try isFree(file) { return }
    let deadline = Deadline(seconds: Self.patience)
    while !deadline.isOver {
      usleep(20_000)
      if try isFree(file) { return }
    }
    throw refusal(file, label())
  }

  private func isFree(_ file: borrowing Descriptor) throws -> Bool {
    if fcntl(file.number, Self.setLease, Int32(F_RDLCK)) == 0 { return true }
    if errno == EAGAIN { return false }
    guard let status = FileStatus(file) else { return true }
    if found.holder(of: status) == nil { return true }
    found = OpenWriters()
    return found.holder(of: status) == nil
  }

  private func refusal(_ file: borrowing Descriptor, _ label: String) -> Failure {
    let holder = FileStatus(file).flatMap { OpenWriters().holder(of: $0) }
    guard let holder else {
      return .refused(
        "\(label) is still open for writing, in a descriptor that is on its way between processes",
        remedy: "lsof \(label)")
    }
    return .refused(
      "\(label) is still open for writing in process \(holder.pid) (\(holder.name)) of user \(holder.user)",
      remedy: "kill \(holder.pid)")
  }
}

/// Which files the processes of this machine have open for writing, but those that run as root.
struct OpenWriters {
  struct Holder {
    var pid: pid_t
    var name: String
    var user: uid_t
  }

  private struct Key: Hashable {
    var device: UInt64
    var inode: UInt64
  }

  private var holders: [Key: Holder] = [:]

  init() {
    for name in (try? Files.names(in: "/proc")) ?? [] {
      guard let pid = pid_t(name), let status = FileStatus("/proc/\(name)"), status.owner != 0
      else {
        continue
      }
      look(at: Holder(pid: pid, name: Self.name(of: pid), user: status.owner))
    }
  }

  func holder(of status: FileStatus) -> Holder? {
    holders[Key(device: status.device, inode: status.inode)]
  }

  private mutating func look(at holder: Holder) {
    let place = "/proc/\(holder.pid)"
    for number in (try? Files.names(in: "\(place)/fd")) ?? [] {
      guard Self.isWriting("\(place)/fdinfo/\(number)"),
        let file = FileStatus(following: "\(place)/fd/\(number)")
      else { continue }
      holders[Key(device: file.device, inode: file.inode)] = holder
    }
    for file in (try? Files.names(in: "\(place)/map_files")) ?? [] {
      let link = "\(place)/map_files/\(file)"
      guard let mode = FileStatus(link)?.mode, mode & 0o200 != 0,
        let status = FileStatus(following: link)
      else { continue }
      holders[Key(device: status.device, inode: status.inode)] = holder
    }
  }

  /// The line `flags:` has the flags of open(2) in octal.
  private static func isWriting(_ path: String) -> Bool {
    guard let bytes = try? Files.read(path, atMost: 1 << 16) else { return false }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags:") }),
      let flags = Int32(line.dropFirst(6).trimmingPrefix { $0.isWhitespace }, radix: 8)
    else { return false }
    return flags & O_ACCMODE != O_RDONLY
  }

  private static func name(of pid: pid_t) -> String {
    guard let bytes = try? Files.read("/proc/\(pid)/comm", atMost: 4096) else { return "?" }
    return String(decoding: bytes.prefix { $0 > 0x1F }, as: UTF8.self)
  }
}
