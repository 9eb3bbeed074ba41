import Foundation
import Glibc
import Testing

@testable import LeapfrogHost

/// A site's user who means harm, as a process with the rights of that account alone; ends with its owner.
final class Stranger {
  /// Accounts that no host has: a number is all that the kernel asks for.
  static let own: uid_t = 40_001
  static let other: uid_t = 40_002

  private let process = Process()
  private let output = Foundation.Pipe()

  /// Starts a Python program and waits until it has printed `ready`.
  init(_ program: String, _ arguments: String..., as account: uid_t = Stranger.own) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
    process.arguments =
      [
        "--reuid", "\(account)", "--regid", "\(account)", "--clear-groups", "--",
        "/usr/bin/python3", "-c",
      ]
      + [Self.exchange + program] + arguments
    process.standardOutput = output
    process.standardInput = Foundation.Pipe()
    try process.run()
    try #require(output.fileHandleForReading.availableData.starts(with: Data("ready".utf8)))
  }

  /// `exchange(a, b)`: two paths, whatever they are, in one instant.
  private static let exchange = """
    import ctypes, os, random, signal, socket, sys, time
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    libc = ctypes.CDLL(None, use_errno=True)
    def exchange(a, b):
        return libc.renameat2(-100, os.fsencode(a), -100, os.fsencode(b), 2) == 0

    """

  /// Ends it and answers what else it printed.
  @discardableResult
  func end() -> String {
    kill(process.processIdentifier, SIGTERM)
    let rest = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: rest, as: UTF8.self)
  }

  deinit { if process.isRunning { end() } }

  /// Gives all below a directory to an account.
  static func give(_ path: String, to owner: uid_t) throws {
    try DataSandbox.run(["chown", "-hR", "\(owner):\(owner)", path])
  }
}
