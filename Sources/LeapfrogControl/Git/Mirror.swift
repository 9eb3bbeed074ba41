import Crypto
import LeapfrogCore

/// The controller's own bare copy of a repository, fetched by `git` and read by libgit2.
public struct Mirror: Sendable {
  /// The address of the repository as the configuration has it; it can hold a password.
  private let repository: String
  /// The bare repository.
  public let directory: String
  /// Variables that git gets besides this process's own.
  var variables: [String: String] = [:]

  /// `repository` is anything git can fetch; `directory` is the bare repository's.
  public init(repository: String, directory: String) {
    self.repository = repository
    self.directory = directory
  }

  /// The mirror of a pair's repository below `base`, named by the pair and by the address, so that a
  /// changed address gets a mirror of its own.
  public init(pair: String, repository: String, below base: String) {
    let directory = Self.directory(below: base, pair: pair, repository: repository)
    self.init(repository: repository, directory: directory)
  }

  /// Where the mirror of a pair's repository is: `BASE/PAIR-<8 hex digits>.git`.
  public static func directory(below base: String, pair: String, repository: String) -> String {
    // The address without its password, so that a new password does not cost a new mirror.
    let digest = SHA256.hash(data: Array(RepositoryAddress.shown(repository).utf8))
    let digits = digest.prefix(4).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    return "\(base)/\(pair)-\(digits.joined()).git"
  }

  /// The address as a message may show it: without credentials.
  public var shownRepository: String { RepositoryAddress.shown(repository) }

  /// Brings the mirror to what the repository holds now: all branches and tags, and no others. Makes
  /// the mirror where it is missing or broken. Ends git, and all that git started, at the deadline
  /// or when the task is cancelled. Throws a `Failure` that names the repository and the cause.
  public func fetch(deadline: Duration) async throws {
    let end = ContinuousClock.now.advanced(by: deadline)
    let address = try RepositoryAddress(repository)
    try Posix.makeDirectory(parent)
    let fetch = Fetch(
      layout: MirrorLayout(address: address, directory: directory), deadline: deadline, end: end,
      variables: variables)
    try await MirrorLock.with(path: directory + ".lock", until: end) { lock in
      try await fetch.run(output: lock)
    }
  }

  /// Opens the mirror for reading. Throws where it was not fetched yet or cannot be read.
  public func open() throws -> Repository {
    try Repository(directory: directory, name: shownRepository)
  }

  private var parent: String {
    guard let slash = directory.lastIndex(of: "/") else { return "." }
    return slash == directory.startIndex ? "/" : String(directory[..<slash])
  }
}
