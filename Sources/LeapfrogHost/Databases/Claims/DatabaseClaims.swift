import Foundation
import Glibc
import LeapfrogCore

/// Which site of this host each database of a server belongs to, over all pairs of the account: one file
/// with the account's state, changed under a lock.
struct DatabaseClaims: Sendable {
  /// Who claims a database.
  struct Claimant: Codable, Hashable, Sendable {
    var pair: String
    var root: String
    var site: String
  }

  /// One site's claim of one database.
  struct Claim: Codable, Equatable, Sendable {
    var database: DatabaseIdentity
    var claimant: Claimant
    /// Whether the database is the site's. Before that it is only known that the site's settings lead
    /// there.
    var isHeld: Bool
    var since: Date
  }

  private let directory: String

  /// - Parameter directory: nil for the account's own.
  init(in directory: String? = nil) {
    self.directory =
      directory
      ?? StateDirectory.path(
        environment: ProcessInfo.processInfo.environment, isRoot: geteuid() == 0,
        home: NSHomeDirectory())
  }

  private var file: String { "\(directory)/databases.json" }

  /// All claims.
  ///
  /// - Throws: `Failure` when the file is damaged.
  func all() throws -> [Claim] {
    guard Files.exists(file) else { return [] }
    guard let claims = try? JSONDecoder().decode([Claim].self, from: Data(Files.read(file))) else {
      throw Failure.failed(
        "\(file), which says whose each database is, is damaged; without it every site claims its own "
          + "again", remedy: "mv \(file) \(file).damaged")
    }
    return claims
  }

  /// Notes where a site's settings lead, so that a rival is known before either has the database.
  func note(_ database: DatabaseIdentity, for claimant: Claimant) throws {
    try change { claims in
      claims.removeAll { $0.claimant == claimant && !$0.isHeld }
      guard !claims.contains(where: { $0.claimant == claimant && $0.database == database }) else {
        return
      }
      claims.append(
        Claim(database: database, claimant: claimant, isHeld: false, since: Date()))
    }
  }

  /// Makes a database a site's; it may be already.
  ///
  /// - Throws: `Failure` of kind `refused` that names the other site that leads there.
  func hold(_ database: DatabaseIdentity, for claimant: Claimant) throws {
    try change { claims in
      try Self.verify(database, for: claimant, in: claims)
      let held = claims.first { $0.claimant == claimant && $0.database == database && $0.isHeld }
      claims.removeAll { $0.claimant == claimant && ($0.database == database || !$0.isHeld) }
      claims.append(
        held ?? Claim(database: database, claimant: claimant, isHeld: true, since: Date()))
    }
  }

  /// Gives back all that a site held before the database that it claimed last.
  func settle(_ claimant: Claimant) throws {
    guard Files.exists(file) else { return }
    try change { claims in
      guard let last = claims.last(where: { $0.claimant == claimant && $0.isHeld }) else { return }
      claims.removeAll { $0.claimant == claimant && $0 != last }
    }
  }

  /// Gives back all claims of a site.
  ///
  /// - Returns: the databases that were its own.
  @discardableResult
  func release(root: String, site: String) throws -> [DatabaseIdentity] {
    guard Files.exists(file) else { return [] }
    var released: [DatabaseIdentity] = []
    try change { claims in
      let isIts = { (claim: Claim) in claim.claimant.root == root && claim.claimant.site == site }
      released = claims.filter { isIts($0) && $0.isHeld }.map(\.database)
      claims.removeAll(where: isIts)
    }
    return released
  }

  /// - Throws: `Failure` of kind `refused` where another site has the database, or may have it as well.
  static func verify(
    _ database: DatabaseIdentity, for claimant: Claimant, in claims: [Claim]
  ) throws {
    let same = claims.filter { $0.database == database }
    if let holder = same.first(where: { $0.isHeld && $0.claimant != claimant }) {
      throw refusal(claimant, holder)
    }
    guard !same.contains(where: { $0.isHeld }) else { return }
    let rival = same.first { $0.claimant != claimant && Files.exists($0.claimant.root) }
    if let rival { throw refusal(claimant, rival) }
  }

  private static func refusal(_ claimant: Claimant, _ other: Claim) -> Failure {
    let (name, owner) = (other.database.database, other.claimant)
    guard Files.exists(owner.root) else {
      return .refused(
        "the database \(name) of \(claimant.site) belongs to \(owner.site) of \(owner.pair) in "
          + "\(owner.root), which is gone",
        remedy: "leapfrog-host claims release \(owner.root) \(owner.site)")
    }
    let verb = other.isHeld ? "belongs to" : "is also where the settings lead of"
    return .refused(
      "the database \(name) of \(claimant.site) of \(claimant.pair) \(verb) \(owner.site) of "
        + "\(owner.pair), however each of them reaches it; a database is one site's, so one of the two "
        + "needs another, or, where \(owner.site) has given it up, its claim has to go",
      // To let the claim of a living site go would give its database away.
      remedy: "leapfrog-host claims")
  }

  // MARK: The file

  private func change(_ body: (inout [Claim]) throws -> Void) throws {
    try Files.makeDirectories(directory, mode: 0o700)
    let path = "\(directory)/databases.lock"
    let lock = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW)
    try system("lock", path) { flock(lock.number, LOCK_EX) }
    let before = try all()
    var claims = before
    try body(&claims)
    guard claims != before else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let bytes = Array(try encoder.encode(claims)) + [0x0A]
    try Failpoint.around("claims.write") { try Files.write(bytes, to: file) }
  }
}
