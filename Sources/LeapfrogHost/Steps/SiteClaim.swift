import LeapfrogCore
import Synchronization

extension SiteSpec {
  /// Whether its database is one of a server, to which another site could lead.
  var hasServer: Bool { if case .server = database { true } else { false } }
}

/// A site's claim of the database that its settings lead to.
struct SiteClaim {
  let site: SiteSpec
  let pair: PairSpec
  let layout: Layout
  /// Where the app is asked while the site is on no platform.
  var fallback: PlatformName?
  var claims = DatabaseClaims()

  init(of migration: SiteMigration) {
    self.init(
      site: migration.site, pair: migration.order.spec, layout: migration.layout,
      fallback: migration.plan.to)
  }

  init(
    site: SiteSpec, pair: PairSpec, layout: Layout, fallback: PlatformName? = nil,
    claims: DatabaseClaims = DatabaseClaims()
  ) {
    (self.site, self.pair, self.layout) = (site, pair, layout)
    (self.fallback, self.claims) = (fallback, claims)
  }

  private var claimant: DatabaseClaims.Claimant {
    DatabaseClaims.Claimant(pair: pair.name, root: layout.root, site: site.name)
  }

  private func identity() throws -> DatabaseIdentity? {
    try Engines.engine(of: site, in: pair, layout: layout, fallback: fallback)?.identity()
  }

  /// Makes the database the site's.
  ///
  /// - Throws: `Failure` of kind `refused` that names the other site that leads there.
  func hold(_ database: DatabaseIdentity) throws {
    try claims.hold(database, for: claimant)
  }

  /// The same for a new site, whose database need not be there yet.
  func takeIfThere() throws {
    if let identity = try? identity() { try hold(identity) }
  }

  /// Looks whether the database is another's, and changes nothing.
  func verify() throws {
    guard let identity = try identity() else { return }
    try DatabaseClaims.verify(identity, for: claimant, in: claims.all())
  }

  /// Gives back what the site had before it got another database.
  func settle() throws { try claims.settle(claimant) }

  /// Gives back everything.
  func release() throws { try claims.release(root: layout.root, site: site.name) }

  /// Notes where the settings of all sites lead that are seated and have no database yet, so that two
  /// which lead to one are known before any of them is closed. One that cannot be asked says so itself
  /// when its turn comes.
  static func noteAll(of pair: PairSpec, layout: Layout) throws {
    let claims = DatabaseClaims()
    let known = Set(try claims.all().filter(\.isHeld).map(\.claimant))
    let places = try LiveLinks(layout: layout).all()
    let new = pair.sites.filter { $0.hasServer && places[$0.name] != nil }
      .map { SiteClaim(site: $0, pair: pair, layout: layout, claims: claims) }
      .filter { !known.contains($0.claimant) }
    let queue = Mutex(new[...])
    let found = Mutex<[(DatabaseClaims.Claimant, DatabaseIdentity)]>([])
    Threads.run(min(max(pair.jobs, 1), new.count)) {
      while let one = queue.withLock({ $0.popFirst() }) {
        if let identity = try? one.identity() {
          found.withLock { $0.append((one.claimant, identity)) }
        }
      }
    }
    for (claimant, identity) in found.withLock({ $0 }) { try claims.note(identity, for: claimant) }
  }
}
