import Foundation
import Glibc
import LeapfrogHost

/// A program of the system that a test runs to its end.
public struct Tool: Sendable {
  /// How it ended: a signal counts from 128 on, as a shell says it.
  public let status: Int32
  /// What it printed, errors among it.
  public let output: String

  /// Runs a program and says how it ended, whatever that is.
  ///
  /// - Parameters:
  ///   - environment: all that it has; that of the test when nil.
  ///   - seconds: after which it is ended, with status 124.
  public static func attempt(
    _ arguments: [String], environment: [String: String]? = nil, seconds: Int = 60
  ) throws -> Tool {
    var spawn = Spawn(
      program: "/usr/bin/timeout",
      arguments: ["timeout", "-k", "2", "\(seconds)"] + arguments,
      environment: environment ?? ProcessInfo.processInfo.environment)
    let output = Pipe()
    let end = output.fileHandleForWriting.fileDescriptor
    // Not by Foundation's `Process`: it waits for ever when another process that was started at the
    // same time has got its descriptors.
    spawn.descriptors = [1: end, 2: end]
    let pid = try spawn.start()
    try output.fileHandleForWriting.close()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    return Tool(
      status: wait(for: pid),
      output: String(decoding: said, as: UTF8.self).trimmingCharacters(in: .newlines))
  }

  /// Runs a program and gives what it printed.
  ///
  /// - Throws: `ServerProcess.Fault` with that when it fails.
  @discardableResult
  public static func run(
    _ arguments: [String], environment: [String: String]? = nil, seconds: Int = 60
  ) throws -> String {
    let ended = try attempt(arguments, environment: environment, seconds: seconds)
    guard ended.status == 0 else {
      let command = arguments.joined(separator: " ")
      throw ServerProcess.Fault("\(command): status \(ended.status): \(ended.output.suffix(2000))")
    }
    return ended.output
  }

  /// Waits for a process of this one and gives its status.
  static func wait(for pid: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0 ? status >> 8 & 0xff : 128 + signal
  }
}
