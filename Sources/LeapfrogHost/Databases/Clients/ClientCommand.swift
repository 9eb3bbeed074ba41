import CPosix
import Glibc
import LeapfrogCore

/// A client program of a database's server, ready to be started any number of times.
struct ClientCommand: Sendable {
  /// The program's name.
  var program: String
  /// The Debian package that brings it.
  var package: String
  /// Without the program's name.
  var arguments: [String]
  /// Besides the plainest of our own environment.
  var environment: [String: String] = [:]
  /// What the client opens at `SecretFile.path`.
  var secret: SecretFile?
  /// Whom it runs as; nil for ourselves.
  var account: JobUser?
  /// What may be told of a line that it prints on its standard error; nil for nothing. Clients print
  /// rows there, too.
  var tellable: @Sendable (String) -> String? = { $0 }

  /// What clients get of our environment, where passwords may be.
  private static let inherited: Set<String> = [
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR",
  ]

  /// The program's file.
  ///
  /// - Throws: `Failure` that says how to install it.
  static func find(_ program: String, package: String) throws -> String {
    try Tool(program, package: package).find()
  }

  /// Starts the client; of 0, 1 and 2, what is not given is `/dev/null`.
  func start(_ descriptors: [Int32: Int32]) throws -> Child {
    try Child(try spawn(descriptors), as: account)
  }

  /// Runs it to its end and keeps what it prints.
  ///
  /// - Parameter input: what it reads; it need not read it all.
  func run(input: String = "", limit: Int = 64 << 20, seconds: Int = 60) throws -> [UInt8] {
    let file = try SecretFile(Secret(input))
    lseek(file.descriptor, 0, SEEK_SET)
    let capture = try Capture.run(
      try spawn([0: file.descriptor]), as: account, limit: limit, seconds: seconds)
    guard capture.result.isSuccess else {
      throw failure(capture.result, said: ClientErrors.text(of: capture.errors, tellable))
    }
    return try capture.successfulOutput()
  }

  /// The end of the client as an error.
  func failure(_ result: JobResult, said: String) -> Failure {
    .failed("\(program) \(result)\(said.isEmpty ? "" : ": \(said)")")
  }

  private func spawn(_ descriptors: [Int32: Int32]) throws -> Spawn {
    let variables = Environment.own().filter { Self.inherited.contains($0.key) }
      .merging(environment) { $1 }
    var spawn = Spawn(
      program: try Self.find(program, package: package), arguments: [program] + arguments,
      environment: variables)
    spawn.descriptors = descriptors
    spawn.limits = .client
    if let secret { spawn.descriptors[SecretFile.number] = secret.descriptor }
    return spawn
  }
}
