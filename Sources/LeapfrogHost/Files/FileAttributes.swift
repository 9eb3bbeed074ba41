import Glibc
import LeapfrogCore

/// What a file has besides its contents.
struct FileAttributes: Equatable, Sendable {
  var mode: mode_t
  var owner: uid_t
  var group: gid_t
  /// Last change of contents, nanoseconds since 1970; nil leaves the time of the copy.
  var modified: Int64?
  /// ACLs and what applications have attached; nil leaves what is there.
  var extended: [ExtendedAttribute]?

  /// Gives an open file or directory these attributes; the owner only where we are root.
  func apply(to file: borrowing Descriptor, name: String) throws {
    let number = file.number
    if geteuid() == 0 { try system("give", name) { fchown(number, owner, group) } }
    if let extended { try ExtendedAttribute.give(extended, to: number, name: name) }
    // After the owner, because a change of owner clears the set-id bits.
    try system("set the mode of", name) { fchmod(number, mode) }
    guard let modified else { return }
    let time = Self.time(modified)
    try system("set the time of", name) { futimens(number, [time, time]) }
  }

  private static func time(_ nanoseconds: Int64) -> timespec {
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return rest < 0
      ? timespec(tv_sec: Int(seconds - 1), tv_nsec: Int(rest + 1_000_000_000))
      : timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
  }
}

extension FileStatus {
  /// The attributes that a copy gets.
  var attributes: FileAttributes {
    FileAttributes(mode: mode, owner: owner, group: group, modified: modified)
  }
}
