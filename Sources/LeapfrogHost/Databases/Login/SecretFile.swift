import CPosix
import Glibc
import LeapfrogCore

/// A file in memory that has no name, for one client to read a password from. It ends with its
/// owner and the client.
final class SecretFile: Sendable {
  private let file: OpenEnd

  /// The number that a client has it under.
  static let number: Int32 = 3
  /// The path that a client opens it by.
  static let path = "/proc/self/fd/\(number)"

  /// - Parameter reader: the account that the client runs as, where that is not ours.
  init(_ secret: Secret, for reader: JobUser? = nil) throws {
    file = OpenEnd(try system("make", "a file in memory") { memfd_create("login", MFD_CLOEXEC) })
    let number = file.number
    try system("set the mode of", "a file in memory") { fchmod(number, 0o600) }
    if let reader {
      try system("give away", "a file in memory") { fchown(number, reader.uid, reader.gid) }
    }
    try Array(secret.reveal().utf8).withUnsafeBytes {
      try Files.writeAll($0, to: number, path: "a file in memory")
    }
  }

  /// Our descriptor of it.
  var descriptor: Int32 { file.number }
}
