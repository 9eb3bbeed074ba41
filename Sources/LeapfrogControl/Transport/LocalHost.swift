import Foundation
import Glibc
import LeapfrogCore
import Subprocess
import SystemPackage

/// Reaches the local host: `leapfrog-host rpc` as a child process, the same program over the same
/// messages as on any other host.
public struct LocalHost: Sendable {
  /// The path of `leapfrog-host`.
  public let executable: String

  /// The `leapfrog-host` beside this program.
  ///
  /// - Throws: `Failure` when it is not there.
  public init() throws {
    let own =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "leapfrog"
    let path = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(
      "leapfrog-host"
    ).path
    guard access(path, X_OK) == 0 else {
      throw Failure.failed(
        "leapfrog-host is not beside leapfrog, at \(path)", remedy: "scripts/quickstart")
    }
    executable = path
  }

  /// Starts the child and greets it.
  public func connect() async throws -> Connection {
    let (toChild, fromChild) = (try Pipe.make(), try Pipe.make())
    let executable = executable
    let child = Task {
      try await Subprocess.run(
        .path(FilePath(executable)), arguments: ["rpc"],
        input: .fileDescriptor(
          toChild.reading, closeAfterSpawningProcess: true),
        output: .fileDescriptor(
          fromChild.writing, closeAfterSpawningProcess: true),
        error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false))
    }
    let connection = Connection(
      host: "the local host", reading: fromChild.reading.rawValue, writing: toChild.writing.rawValue
    ) {
      switch await child.result {
      case .success(let result): "leapfrog-host ended with \(result.terminationStatus)"
      case .failure(let error): "\(executable) does not start: \(error)"
      }
    }
    let info = try await connection.call(.hello, Nothing(), as: HostInfo.self)
    guard info.version == Wire.version else {
      throw Failure.failed(
        "\(executable) speaks version \(info.version) of the messages, not \(Wire.version)")
    }
    return connection
  }
}

/// A pipe that no other child inherits.
private struct Pipe {
  var reading: FileDescriptor
  var writing: FileDescriptor

  static func make() throws -> Pipe {
    let ends = try FileDescriptor.pipe()
    for end in [ends.readEnd, ends.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
    return Pipe(reading: ends.readEnd, writing: ends.writeEnd)
  }
}
