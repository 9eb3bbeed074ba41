import Foundation
import Glibc
import Synchronization

/// A real OpenSSH server with host keys, authorised keys and a home directory of its own.
public final class SSHDServer: Sendable {
  /// The address it listens at.
  public let address: String
  /// The port it listens at.
  public let port: Int
  /// What `HOME` is in its sessions. They still begin in the account's real home.
  public let home: String
  let prefix: [String]
  private let directory: ServerDirectory
  private let settings: SSHDSettings
  private let namespace: NetworkNamespace?
  private let state: Mutex<State>

  private struct State: Sendable {
    var process: ServerProcess
    var hostKeys: [SSHKeys.Key]
  }

  /// The account that logs in: the one that runs the tests.
  public static let account = NSUserName()

  /// Starts a server.
  ///
  /// - Parameters:
  ///   - namespace: where it runs; it is kept as long as the server.
  ///   - address: where it listens: that of the namespace, or 127.0.0.1, when nil.
  ///   - port: 22 in a namespace, a free one elsewhere, when nil.
  ///   - authorized: the keys that may log in.
  ///   - environment: of its sessions. `HOME` is the server's own directory unless it is given.
  ///   - banner: what it tells before the login.
  ///   - extra: more lines for the configuration, before all others, so that they win.
  public init(
    in namespace: NetworkNamespace? = nil, address: String? = nil, port: Int? = nil,
    hostKeys: [SSHKeys.Kind] = [.ed25519, .ecdsa], authorized: [SSHKeys.Key],
    environment: [String: String] = [:], banner: String? = nil, extra: [String] = []
  ) throws {
    directory = try ServerDirectory()
    self.namespace = namespace
    prefix = namespace?.command([]) ?? []
    self.address = address ?? namespace?.address ?? "127.0.0.1"
    let given = environment.merging(["HOME": "\(directory.path)/home"]) { asked, _ in asked }
    home = given["HOME"] ?? ""
    settings = SSHDSettings(environment: given, banner: banner, extra: extra)
    try settings.prepare(directory, authorized: authorized)
    let keys = try SSHDSettings.makeHostKeys(hostKeys, in: directory)
    let fixed = port ?? (namespace == nil ? nil : 22)
    let (process, port) = try Self.start(
      settings, directory, keys, prefix: prefix, address: self.address, port: fixed)
    self.port = port
    state = Mutex(State(process: process, hostKeys: keys))
  }

  deinit { stop() }

  /// The server's process id.
  public var pid: pid_t { state.withLock { $0.process.pid } }
  /// Its host keys.
  public var hostKeys: [SSHKeys.Key] { state.withLock { $0.hostKeys } }
  /// What the server said since it was started last.
  public var log: String {
    (try? String(contentsOfFile: state.withLock { $0.process.log }, encoding: .utf8)) ?? ""
  }

  /// The servers' processes that serve connections right now, the oldest first: each may be killed
  /// by its id, and only its connection is lost.
  ///
  /// One that has just been forked to become a command is among them for a moment.
  public func sessions() -> [pid_t] { Descendants(of: pid).all { $0.hasPrefix("sshd") } }

  /// The commands that its sessions run right now, with what those have started.
  public func commands() -> [pid_t] { Descendants(of: pid).all { !$0.hasPrefix("sshd") } }

  /// Ends the server and its sessions. Their commands are not touched: they notice by their ends.
  public func stop() { state.withLock { Self.end($0.process) } }

  /// Starts the server at the same address and port, once it has been ended.
  ///
  /// - Parameter hostKeys: the types of new host keys; the old ones stay when nil.
  public func restart(hostKeys: [SSHKeys.Kind]? = nil) throws {
    try state.withLock { state in
      Self.end(state.process)
      if let hostKeys {
        state.hostKeys = try SSHDSettings.makeHostKeys(hostKeys, in: directory)
      }
      (state.process, _) = try Self.start(
        settings, directory, state.hostKeys, prefix: prefix, address: address, port: port)
    }
  }

  private static func end(_ process: ServerProcess) {
    guard process.isRunning else { return process.stop() }
    // Accepts nobody any more, so that none of its sessions is missed.
    process.signal(SIGSTOP)
    let sessions = Descendants(of: process.pid).all { $0.hasPrefix("sshd") }
    sessions.forEach { kill($0, SIGKILL) }
    process.signal(SIGTERM)
    process.signal(SIGCONT)
    process.stop()
  }

  private static func start(
    _ settings: SSHDSettings, _ directory: ServerDirectory, _ keys: [SSHKeys.Key],
    prefix: [String], address: String, port: Int?
  ) throws -> (ServerProcess, Int) {
    var last: any Error = ServerProcess.Fault("no port")
    // Somebody else may have taken a free port meanwhile.
    for _ in 0..<(port == nil ? 5 : 1) {
      let port = try port ?? Loopback.freePort()
      let text = settings.text(directory, keys, address: address, port: port)
      let file = try directory.write(text, "sshd_config")
      do {
        let process = try ServerProcess(
          prefix + ["/usr/sbin/sshd", "-D", "-e", "-f", file], directory: directory.path)
        try waitUntilReady(process, prefix, address, port)
        return (process, port)
      } catch { last = error }
    }
    throw last
  }

  /// Prints the first line that comes from a port.
  private static let greeting = #"exec 3<>"/dev/tcp/$0/$1" && read -t 5 -r line <&3; echo "$line""#

  private static func waitUntilReady(
    _ process: ServerProcess, _ prefix: [String], _ address: String, _ port: Int
  ) throws {
    let ask = prefix + ["bash", "-c", greeting, address, "\(port)"]
    try process.waitUntilReady {
      (try? Tool.attempt(ask, seconds: 10))?.output.hasPrefix("SSH-2.0") ?? false
    }
    // The question itself is a session that is about to end.
    try process.waitUntilReady { Descendants(of: process.pid).all { _ in true }.isEmpty }
  }
}
