import Glibc
import LeapfrogCore
import Subprocess
import SystemPackage

/// Reaches the local host: `leapfrog-host rpc` as a child process, the same program over the same
/// messages as on any other host.
public struct LocalHost: HostReaching {
  /// The program.
  public let executable: HostExecutable

  /// - Parameter executable: the `leapfrog-host` that is started for each connection.
  public init(executable: HostExecutable) { self.executable = executable }

  /// What the configuration calls the machine that the controller runs on.
  public var name: String { "local" }
  /// Between two processes of one machine there is no link that could break.
  public var accidents: Int { 0 }

  /// Starts the child and greets it.
  public func connect() async throws -> Connection {
    let stream = try ChildStream(executable.path)
    let connection = Connection(host: "the local host", stream: stream)
    let info = try await connection.call(.hello, Nothing(), as: HostInfo.self)
    try info.verify(at: executable.path)
    return connection
  }
}

extension HostInfo {
  /// - Throws: `Failure` when the host speaks other messages than this program.
  func verify(at place: String) throws {
    guard version == Wire.version else {
      let age = version > Wire.version ? "newer" : "older"
      throw Failure.refused(
        "\(place) speaks version \(version) of the messages, \(age) than \(Wire.version), which this leapfrog "
          + "knows; use leapfrog and leapfrog-host of one build")
    }
  }
}

/// The standard streams of a child that answers a controller.
private final class ChildStream: HostStream {
  private let socket: Socket
  private let reader: DescriptorReader
  private let writer: DescriptorWriter
  private let executable: String
  private let child: Task<TerminationStatus, any Error>

  init(_ executable: String) throws {
    guard let (ours, its) = Socket.pair() else { throw Posix.failure("no socket can be had") }
    (socket, self.executable) = (ours, executable)
    (reader, writer) = (DescriptorReader(ours), DescriptorWriter(ours))
    // The child blocks on its end, as any program does on its standard streams.
    _ = fcntl(its.number, F_SETFL, fcntl(its.number, F_GETFL) & ~O_NONBLOCK)
    let ends = (0..<2).map { _ in
      FileDescriptor(rawValue: fcntl(its.number, F_DUPFD_CLOEXEC, 3))
    }
    child = Task {
      try await Subprocess.run(
        .path(FilePath(executable)), arguments: ["rpc"],
        input: .fileDescriptor(ends[0], closeAfterSpawningProcess: true),
        output: .fileDescriptor(ends[1], closeAfterSpawningProcess: true),
        error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
      ).terminationStatus
    }
  }

  func read() async throws -> [UInt8]? { await reader.read() }

  func write(_ bytes: [UInt8]) async throws {
    guard await writer.write(bytes) else { throw LinkLost("leapfrog-host takes nothing any more") }
  }

  func close() async { socket.shutDown() }

  func reasonOfEnd() async -> String? {
    switch await child.result {
    case .success(let status): "leapfrog-host ended with \(status)"
    case .failure(let error): "\(executable) does not start: \(error)"
    }
  }
}
