import Foundation
import Glibc
import LeapfrogCore

/// Reaches the `leapfrog-host` of a host over SSH; puts it there where it is missing.
public struct RemoteHost: HostReaching {
  /// The name that ssh knows.
  public let name: String
  /// A link over a network can end by chance, and more than once in a row.
  public let accidents = 3
  let executable: HostExecutable
  /// Whether nobody is asked for anything, and nothing is put on the host.
  let looksOnly: Bool
  let dialer: SSHDialer
  /// Told what takes long.
  let progress: Progress

  /// What takes long, in words, and how far it is.
  public typealias Progress = @Sendable (_ what: String, _ done: Int, _ total: Int) -> Void

  /// - Parameters:
  ///   - name: the name that ssh knows.
  ///   - looksOnly: whether nobody is asked for anything, and nothing is put on the host.
  ///   - progress: told how far it is where `leapfrog-host` has to be put there first.
  public init(
    name: String, executable: HostExecutable, looksOnly: Bool = false,
    progress: @escaping Progress = { _, _, _ in }
  ) {
    (self.name, self.executable, self.progress) = (name, executable, progress)
    self.looksOnly = looksOnly
    dialer =
      looksOnly ? SSHDialer(name: name, ask: { _, _ in nil }) : SSHDialer(name: name)
  }

  /// Connects over SSH and greets `leapfrog-host`, which is put there first where the host has none.
  ///
  /// - Throws: `LinkLost` for what may pass, `Failure` for the rest, as for an altered `leapfrog-host`.
  public func connect() async throws -> Connection {
    let executable = executable
    async let digest = Blocking.run { try executable.digest() }
    let settings = try await OpenSSH.settings(of: name)
    let session = try await dialer.connect(settings, introduce: nil)
    do {
      return try await greet(session, settings, digest: try await digest).connection
    } catch {
      await session.close()
      throw error
    }
  }

  /// A host that answers.
  struct Greeted: Sendable {
    let connection: Connection
    let channel: SSHChannel
    /// Where the executables are.
    let directory: String
    /// Seconds that it took to put the executable there; nil where it was there.
    var upload: Double?
  }

  /// Contacts the executable, which is put there first where the host has none.
  func greet(
    _ session: SSHSession, _ settings: HostSettings, digest: String, storesIfAltered: Bool = false
  ) async throws -> Greeted {
    if let greeted = try await contact(session, settings, digest, storesIfAltered) {
      return greeted
    }
    guard !looksOnly else {
      throw Failure.failed(
        "this version of leapfrog-host is not on \(name) yet", remedy: "leapfrog host check \(name)"
      )
    }
    let seconds = try await Upload(
      session: session, executable: executable, host: name, progress: progress
    ).store(digest: digest)
    guard var greeted = try await contact(session, settings, digest, false) else {
      throw Failure.failed("leapfrog-host was put on \(name) and is not there")
    }
    greeted.upload = seconds
    return greeted
  }

  /// - Returns: nil when the executable has to be put there.
  private func contact(
    _ session: SSHSession, _ settings: HostSettings, _ digest: String, _ storesIfAltered: Bool
  ) async throws -> Greeted? {
    let bootstrap = Bootstrap(digest: digest)
    let id = try await session.start(
      bootstrap.contact, environment: Self.passedOn(settings), until: Deadline(seconds: 20)
    ).id
    var marked = MarkedStream(
      SSHChannel(session: session, id: id), host: name, nonce: bootstrap.nonce)
    switch try await marked.answer(within: 30) {
    case .ready(let directory):
      try verifyIsShown(directory)
      return Greeted(
        connection: try await hello(marked, session, at: directory),
        channel: SSHChannel(session: session, id: id), directory: directory)
    case .altered(let found, let path):
      if storesIfAltered { return nil }
      throw altered(found, path, digest)
    case .absent(let system, let machine, let libc, let free, let directory):
      let place = HostPlace(
        host: name, system: system, machine: machine, libc: libc, freeBytes: free,
        directory: directory)
      try place.verify(executable)
      return nil
    default: throw Failure.failed("\(name) answered the first contact with nonsense")
    }
  }

  /// Commands that are advised have it in them as it is.
  private func verifyIsShown(_ directory: String) throws {
    let shown = Printable.text(directory, longest: Int(PATH_MAX))
    guard shown == directory else {
      throw Failure.refused(
        "leapfrog-host on \(name) is in a directory whose name cannot be shown: \(shown)",
        remedy: "ssh \(name)")
    }
  }

  private func hello(
    _ marked: MarkedStream, _ session: SSHSession, at directory: String
  ) async throws -> Connection {
    let connection = Connection(
      host: name, stream: SessionStream(marked.stream, session),
      remedies: HostRemedies(host: name, executable: "\(directory)/leapfrog-host"),
      received: marked.rest)
    let info: HostInfo
    do { info = try await connection.call(.hello, Nothing(), within: 20) } catch let lost
      as LinkLost
    {
      throw StartFault(host: name, said: marked.stream.errorText).failure ?? lost
    }
    try info.verify(at: "leapfrog-host on \(name)")
    return connection
  }

  private func altered(_ found: String, _ path: String, _ digest: String) -> Failure {
    .refused(
      "leapfrog-host on \(name) was altered: \(path) has the SHA-256 \(found.prefix(12))… instead of "
        + "\(digest.prefix(12))…, so nothing of it was run", remedy: "leapfrog host add \(name)")
  }

  /// The variables that ssh would pass on by `SendEnv`.
  ///
  /// - Parameter language: whether those of the language are among them; what is read here comes without.
  static func passedOn(
    _ settings: HostSettings, language: Bool = false
  ) -> [(name: String, value: String)] {
    ProcessInfo.processInfo.environment.filter { name, _ in
      (language || name != "LANG" && !name.hasPrefix("LC_"))
        && settings.sendEnvironment.contains { fnmatchMatches($0, name) }
    }.map { (name: $0.key, value: $0.value) }.sorted { $0.name < $1.name }
  }
}

/// A channel that ends its whole connection when it is given up.
private struct SessionStream: HostStream {
  private let stream: ChannelStream
  private let session: SSHSession

  init(_ stream: ChannelStream, _ session: SSHSession) {
    (self.stream, self.session) = (stream, session)
  }

  func read() async throws -> [UInt8]? { try await stream.read() }
  func write(_ bytes: [UInt8]) async throws { try await stream.write(bytes) }
  func close() async { await session.close() }
  func reasonOfEnd() async -> String? { await stream.reasonOfEnd() }
}
