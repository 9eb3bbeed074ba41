import Foundation

/// A file as `~/.ssh/config` is, with a file of known hosts beside it.
public final class SSHClientConfiguration: Sendable {
  /// How a host stands in the file of known hosts.
  public enum Known: Sendable {
    case plainly, hashed, never
  }

  /// What the file says about one name.
  public struct Host: Sendable {
    /// What it is called in the file.
    public var name: String
    /// Its address.
    public var hostName: String
    /// Its port.
    public var port: Int
    /// The account to log in to.
    public var user = SSHDServer.account
    /// The files of the private keys; an agent is asked for all it has when there are none.
    public var identities: [String]
    /// The name of the host to go through.
    public var jump: String?
    /// The public keys that are known to be the host's, each with its type.
    public var hostKeys: [String]
    /// How they stand in the file of known hosts.
    public var known: Known
    /// The name they are known by; that of the address and port when nil.
    public var knownAs: String?
    /// More lines, before all others, so that they win.
    public var extra: [String]

    /// A name for a server, with the keys that it has now.
    public init(
      _ name: String, _ server: SSHDServer, keys: [SSHKeys.Key], jump: String? = nil,
      known: Known = .plainly, extra: [String] = []
    ) {
      self.name = name
      (hostName, port) = (server.address, server.port)
      identities = keys.map(\.path)
      self.jump = jump
      hostKeys = server.hostKeys.map(\.identity)
      self.known = known
      self.extra = extra
    }
  }

  /// The file, for `ssh -F`.
  public let path: String
  /// The file of known hosts.
  public let knownHosts: String
  private let directory: ServerDirectory

  /// Writes both files.
  public init(_ hosts: [Host]) throws {
    directory = try ServerDirectory()
    knownHosts = "\(directory.path)/known_hosts"
    path = "\(directory.path)/config"
    try write(hosts)
  }

  /// Writes both files again.
  public func write(_ hosts: [Host]) throws {
    let known = try hosts.map { try self.known($0) }
    try directory.write(known.joined(), "known_hosts")
    let blocks = hosts.map(block)
    try directory.write(blocks.joined(separator: "\n"), "config")
  }

  /// Runs a command on a host through the system's own client and says how that ended.
  public func ssh(
    _ name: String, _ command: String, options: [String] = [], seconds: Int = 20
  ) throws -> Tool {
    try Tool.attempt(sshCommand(name, command, options: options), seconds: seconds)
  }

  /// The command line of the system's own client that runs a command on a host.
  public func sshCommand(_ name: String, _ command: String, options: [String] = []) -> [String] {
    ["ssh", "-F", path, "-o", "BatchMode=yes"] + options + [name, command]
  }

  private func block(_ host: Host) -> String {
    let lines =
      host.extra
      + ["HostName \(host.hostName)", "Port \(host.port)", "User \(host.user)"]
      + host.identities.map { "IdentityFile \($0)" }
      + (host.identities.isEmpty ? [] : ["IdentitiesOnly yes"])
      + ["UserKnownHostsFile \(knownHosts)", "GlobalKnownHostsFile /dev/null"]
      + (host.jump.map { ["ProxyJump \($0)"] } ?? []) + ["SendEnv LEAPFROG_*"]
    return "Host \(host.name)\n" + lines.map { "  \($0)\n" }.joined()
  }

  private func known(_ host: Host) throws -> String {
    let place = host.port == 22 ? host.hostName : "[\(host.hostName)]:\(host.port)"
    let text = host.hostKeys.map { "\(host.knownAs ?? place) \($0)\n" }.joined()
    switch host.known {
    case .plainly: return text
    case .hashed: return try hash(text)
    case .never: return ""
    }
  }

  private func hash(_ text: String) throws -> String {
    let file = try directory.write(text, "plain")
    defer {
      // What it hashed is kept beside it.
      for name in [file, file + ".old"] { try? FileManager.default.removeItem(atPath: name) }
    }
    try Tool.run(["ssh-keygen", "-H", "-f", file])
    return directory.text("plain")
  }
}
