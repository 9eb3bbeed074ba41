import Foundation
import Glibc

/// What a server of OpenSSH is told in its configuration.
struct SSHDSettings: Sendable {
  let environment: [String: String]
  let banner: String?
  let extra: [String]

  /// Writes what the configuration refers to.
  func prepare(_ directory: ServerDirectory, authorized: [SSHKeys.Key]) throws {
    // OpenSSH insists on it, and no service of the system may have made it yet.
    if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
    mkdir("\(directory.path)/home", 0o700)
    let lines = authorized.map { $0.publicKey + "\n" }
    try directory.write(lines.joined(), "authorized_keys")
    if let banner { try directory.write(banner, "banner") }
  }

  /// Makes host keys in a directory within a server's.
  static func makeHostKeys(
    _ kinds: [SSHKeys.Kind], in directory: ServerDirectory
  ) throws -> [SSHKeys.Key] {
    let path = "\(directory.path)/host-\(UUID().uuidString.prefix(8))"
    guard mkdir(path, 0o700) == 0 else { throw ServerProcess.Fault("\(path) cannot be made") }
    let keys = try SSHKeys(in: path)
    return try kinds.map { try keys.make($0) }
  }

  /// The text of the configuration.
  func text(
    _ directory: ServerDirectory, _ keys: [SSHKeys.Key], address: String, port: Int
  ) -> String {
    let own =
      ["ListenAddress \(Self.endpoint(address, port))"] + keys.map { "HostKey \($0.path)" }
      + ["AuthorizedKeysFile \(directory.path)/authorized_keys", setEnv]
      + (banner == nil ? [] : ["Banner \(directory.path)/banner"])
    return (extra + own).joined(separator: "\n") + "\n" + Self.common
  }

  /// All variables stand on one line, because only the first such line counts.
  private var setEnv: String {
    let pairs = environment.sorted { $0.key < $1.key }.map { name, value in
      let text = value.replacingOccurrences(of: "\\", with: "\\\\")
        .replacingOccurrences(of: "\"", with: "\\\"")
      return "\"\(name)=\(text)\""
    }
    return "SetEnv " + pairs.joined(separator: " ")
  }

  private static let common = """
    StrictModes no
    PidFile none
    UsePAM no
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    PermitUserRC no
    PrintMotd no
    PrintLastLog no
    AcceptEnv LEAPFROG_*
    MaxStartups 200
    MaxSessions 200
    LogLevel VERBOSE
    Subsystem sftp internal-sftp

    """

  private static func endpoint(_ address: String, _ port: Int) -> String {
    address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
  }
}
