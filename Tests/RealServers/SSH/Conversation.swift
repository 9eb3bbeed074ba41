import Foundation
import Glibc
import LeapfrogHost

/// A command that runs while a test talks to it, a line at a time.
public final class Conversation: Sendable {
  /// The process id of the command.
  public let pid: pid_t
  /// A socket, because writing to a pipe would end the test when the command has ended.
  private let line: Int32

  /// Starts the command; what it says on its standard error is lost.
  public init(
    _ command: [String],
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    let (ours, its) = try ServerProcess.line()
    defer { close(its) }
    var spawn = Spawn(
      program: "/usr/bin/env", arguments: ["env"] + command, environment: environment)
    spawn.descriptors = [0: its, 1: its]
    line = ours
    pid = try spawn.start()
  }

  deinit {
    kill(pid, SIGKILL)
    _ = Tool.wait(for: pid)
    close(line)
  }

  /// Says a line; it is lost when the command has ended.
  public func say(_ text: String) {
    let bytes = Array("\(text)\n".utf8)
    send(line, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Whether a line is the next that comes, within some time.
  public func hears(_ text: String, seconds: Double = 20) -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    var heard: [UInt8] = []
    while heard.last != UInt8(ascii: "\n") {
      guard let more = read(until: end), !more.isEmpty else { return false }
      heard += more
    }
    return heard == Array("\(text)\n".utf8)
  }

  /// Whether a line that is said comes back.
  public func echoes(_ text: String) -> Bool {
    say(text)
    return hears(text)
  }

  /// Whether nothing more comes because the command has ended.
  public func ends(seconds: Double = 20) -> Bool {
    read(until: .now + .seconds(seconds)) == []
  }

  /// What comes next; empty at the end, nil when nothing comes in time.
  private func read(until end: ContinuousClock.Instant) -> [UInt8]? {
    let left = (end - .now) / .milliseconds(1)
    var ready = pollfd(fd: line, events: Int16(POLLIN), revents: 0)
    guard left > 0, poll(&ready, 1, Int32(left)) > 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(line, &buffer, buffer.count, 0)
    // The other end may be gone without having read everything.
    return Array(buffer.prefix(max(count, 0)))
  }
}
