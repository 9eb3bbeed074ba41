/// Sites whose encoded form holds equal commands once: the commands that a profile brings are long, and
/// the same for hundreds of sites.
@propertyWrapper public struct SharingCommands: Codable, Sendable, Equatable {
  /// The sites, each with its own commands.
  public var wrappedValue: [SiteSpec]

  /// Takes the sites as they are; only their encoded form differs.
  public init(wrappedValue: [SiteSpec]) {
    self.wrappedValue = wrappedValue
  }

  private struct Shared: Codable {
    /// The sites without their commands.
    var sites: [SiteSpec] = []
    /// The commands that there are.
    var commands: [SiteCommands] = []
    /// For each site the place of its commands in `commands`.
    var places: [Int] = []
  }

  /// Reads that form, and gives each site its commands again.
  ///
  /// - Throws: `DecodingError`, also for a site whose commands are not there.
  public init(from decoder: any Decoder) throws {
    let shared = try Shared(from: decoder)
    guard shared.places.count == shared.sites.count,
      shared.places.allSatisfy(shared.commands.indices.contains)
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "sites without their commands"))
    }
    wrappedValue = zip(shared.sites, shared.places).map { site, place in
      var site = site
      site.commands = shared.commands[place]
      return site
    }
  }

  /// Writes equal commands once, and for each site which are its own.
  public func encode(to encoder: any Encoder) throws {
    var shared = Shared()
    for var site in wrappedValue {
      let known = shared.commands.firstIndex(of: site.commands)
      if known == nil { shared.commands.append(site.commands) }
      shared.places.append(known ?? shared.commands.count - 1)
      site.commands = SiteCommands()
      shared.sites.append(site)
    }
    try shared.encode(to: encoder)
  }
}
