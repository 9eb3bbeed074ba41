import Foundation
import Glibc
import LeapfrogHost
import Synchronization

/// A real server started by a test: it ends with the test, and when the test's process dies.
public final class ServerProcess: Sendable {
  /// Why a server did not come up.
  public struct Fault: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
  }

  /// The server's process id.
  public let pid: pid_t
  /// What the server printed.
  public let log: String
  private let guardian: pid_t
  private let lifeline: Mutex<Int32?>

  /// Ends the server when the lifeline, which only the test's process holds, is closed.
  private static func watch(_ patience: Int) -> String {
    """
    exec 3<&0
    "$@" </dev/null 3<&- & pid=$!
    echo $pid >"$0"
    (read -r line <&3; kill -TERM $pid
    sleep \(patience) & s=$!; trap 'kill $s; exit' TERM; wait $s; kill -KILL $pid) 2>/dev/null & guard=$!
    wait $pid
    kill $guard 2>/dev/null
    """
  }

  /// Starts a server that stays in the foreground; its output goes to a file in the directory.
  ///
  /// - Parameters:
  ///   - user: whom it runs as, when the test is root.
  ///   - patience: seconds that it gets to end when it is told to.
  public init(
    _ command: [String], directory: String, user: String? = nil,
    environment: [String: String] = ProcessInfo.processInfo.environment, patience: Int = 2
  ) throws {
    let name = "server-\(UUID().uuidString.prefix(8))"
    let pidFile = "\(directory)/\(name).pid"
    log = "\(directory)/\(name).log"
    let output = open(log, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw Fault("\(log) cannot be written") }
    let (ours, its) = try Self.line()
    defer { for descriptor in [output, its] { close(descriptor) } }
    var spawn = Spawn(
      program: "/bin/sh",
      arguments: ["sh", "-c", Self.watch(patience), pidFile] + Self.become(user) + command,
      environment: environment)
    spawn.descriptors = [0: its, 1: output, 2: output]
    guardian = try spawn.start()
    lifeline = Mutex(ours)
    pid = try Self.read(pidFile)
  }

  /// Two connected descriptors that no process inherits unasked.
  static func line() throws -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw Fault("no socket can be had") }
    return (ends[0], ends[1])
  }

  private static func become(_ user: String?) -> [String] {
    guard let user, geteuid() == 0, let entry = getpwnam(user) else { return [] }
    let (uid, gid) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
    return ["setpriv", "--reuid", "\(uid)", "--regid", "\(gid)", "--init-groups", "--"]
  }

  private static func read(_ pidFile: String) throws -> pid_t {
    for _ in 0..<3000 {
      if let text = try? String(contentsOfFile: pidFile, encoding: .utf8), text.hasSuffix("\n"),
        let pid = pid_t(text.dropLast())
      {
        return pid
      }
      usleep(10_000)
    }
    throw Fault("the server was not started")
  }

  deinit { stop() }

  /// Whether the server runs.
  public var isRunning: Bool { kill(pid, 0) == 0 }

  /// Sends the server a signal.
  public func signal(_ number: Int32) { kill(pid, number) }

  /// Ends the server and waits for that, a few seconds at most. Doing it again is fine.
  public func stop() {
    lifeline.withLock { descriptor in
      guard let open = descriptor else { return }
      close(open)
      descriptor = nil
      var status: Int32 = 0
      waitpid(guardian, &status, 0)
    }
  }

  /// Waits until the server answers.
  ///
  /// - Throws: `Fault` with the server's output when it does not within some seconds.
  public func waitUntilReady(seconds: Int = 30, _ answers: () -> Bool) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if answers() { return }
      guard isRunning else { break }
      usleep(20_000)
    }
    let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    throw Fault("the server does not answer: \(said.suffix(2000))")
  }
}
