import Foundation

/// A real agent of OpenSSH that holds keys.
public final class SSHAgentProcess: Sendable {
  /// Its socket, for `SSH_AUTH_SOCK`.
  public let socket: String
  private let directory: ServerDirectory
  private let process: ServerProcess

  /// Starts an agent.
  ///
  /// - Parameter keys: those that it gets, in this order.
  public init(_ keys: [SSHKeys.Key] = []) throws {
    directory = try ServerDirectory()
    let socket = "\(directory.path)/agent"
    self.socket = socket
    process = try ServerProcess(["ssh-agent", "-D", "-a", socket], directory: directory.path)
    try process.waitUntilReady { Loopback.answers(socket: socket) }
    try keys.forEach(add)
  }

  /// The agent's process id.
  public var pid: pid_t { process.pid }

  /// Adds a key.
  public func add(_ key: SSHKeys.Key) throws {
    let ask = try directory.write("#!/bin/sh\nprintf '%s\\n' \"$PASSPHRASE\"\n", "ask")
    chmod(ask, 0o700)
    let own = [
      "SSH_AUTH_SOCK": socket, "SSH_ASKPASS": ask, "SSH_ASKPASS_REQUIRE": "force",
      "PASSPHRASE": key.passphrase ?? "",
    ]
    try Tool.run(
      ["ssh-add", "-q", key.path],
      environment: ProcessInfo.processInfo.environment.merging(own) { $1 })
  }

  /// Ends the agent.
  public func stop() { process.stop() }
}
