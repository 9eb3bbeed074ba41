import LeapfrogCore

/// The claims of databases on this host, for a person.
public enum HostClaims {
  /// A line for each claim.
  ///
  /// - Throws: `Failure` when the file of claims is damaged.
  public static func lines() throws -> [String] {
    try DatabaseClaims().all().map { claim in
      let (owner, database) = (claim.claimant, claim.database)
      return
        "\(database.engine) \(database.database): \(owner.site) of \(owner.pair) in \(owner.root)"
        + "\(claim.isHeld ? "" : ", not decided yet") (\(database.server))"
    }
  }

  /// Lets a site's claims go.
  ///
  /// - Returns: what was done, as a sentence.
  /// - Throws: `Failure` when the site has none.
  public static func release(root: String, site: String) throws -> String {
    let released = try DatabaseClaims().release(root: root, site: site)
    guard !released.isEmpty else {
      throw Failure.refused(
        "\(site) in \(root) has claimed no database", remedy: "leapfrog-host claims list")
    }
    return "\(site) has let go: \(released.map(\.database).joined(separator: ", "))"
  }
}
