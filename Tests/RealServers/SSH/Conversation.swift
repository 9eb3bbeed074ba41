import Foundation
import Glibc
import LeapfrogHost

/// A command that runs while a test talks to it, a line at a time.
public final class Conversation {
  /// The process id of the command.
  public let pid: pid_t
  private let input = Pipe()
  private let output = Pipe()

  /// Starts the command; what it says on its standard error is lost.
  public init(
    _ command: [String],
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    var spawn = Spawn(
      program: "/usr/bin/env", arguments: ["env"] + command, environment: environment)
    spawn.descriptors = [
      0: input.fileHandleForReading.fileDescriptor, 1: output.fileHandleForWriting.fileDescriptor,
    ]
    pid = try spawn.start()
    try input.fileHandleForReading.close()
    try output.fileHandleForWriting.close()
  }

  deinit {
    kill(pid, SIGKILL)
    _ = Tool.wait(for: pid)
  }

  /// Says a line.
  public func say(_ line: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
  }

  /// Whether a line is the next that comes, within some time.
  public func hears(_ line: String, seconds: Double = 20) -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    var heard = Data()
    while heard.last != UInt8(ascii: "\n") {
      guard let more = read(until: end), !more.isEmpty else { return false }
      heard += more
    }
    return heard == Data("\(line)\n".utf8)
  }

  /// Whether a line that is said comes back.
  public func echoes(_ line: String) throws -> Bool {
    try say(line)
    return hears(line)
  }

  /// Whether nothing more comes because the command has ended.
  public func ends(seconds: Double = 20) -> Bool {
    read(until: .now + .seconds(seconds)) == Data()
  }

  /// What comes next; empty at the end, nil when nothing comes in time.
  private func read(until end: ContinuousClock.Instant) -> Data? {
    let left = (end - .now) / .milliseconds(1)
    let descriptor = output.fileHandleForReading.fileDescriptor
    var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard left > 0, poll(&ready, 1, Int32(left)) > 0 else { return nil }
    return output.fileHandleForReading.availableData
  }
}
