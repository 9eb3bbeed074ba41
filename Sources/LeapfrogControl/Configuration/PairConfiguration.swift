import LeapfrogCore

/// One pair on one host: what the host has to know, and where the code comes from.
public struct PairConfiguration: Sendable {
  /// What git fetches from; a local path is absolute. Can hold a password: never print it.
  public var repository: String
  /// The host where the platforms are: `local`, or a name that ssh knows.
  public var host: String
  /// What the host has to know, with what the profile brings.
  public var spec: PairSpec
  /// The app's profile.
  public var profile: Profile
  /// The hosts that go first in a release, where the pair is on several.
  public var canaryHosts: [String] = []
  /// How many of its hosts are worked on at once.
  public var hostsAtOnce = Spread.standardAtOnce

  /// A pair on one host; what only a pair on several has is set afterwards.
  public init(repository: String, host: String, spec: PairSpec, profile: Profile) {
    self.repository = repository
    self.host = host
    self.spec = spec
    self.profile = profile
  }
}

/// What the configuration calls one pair: the same repository on one host or on several.
public struct PairGroup: Sendable {
  /// The pair's name.
  public let name: String
  /// Once for each host, in the order of the configuration; never empty.
  public let members: [PairConfiguration]

  /// Whether there is more than one host.
  public var isSpread: Bool { members.count > 1 }

  /// The hosts.
  public var hosts: [String] { members.map(\.host) }

  /// Where a site is.
  public func member(with site: String) -> PairConfiguration? {
    members.first { $0.spec.site(site) != nil }
  }

  /// The only member, or the one on a host.
  ///
  /// - Throws: `Failure` of kind `usage` where the host has to be named, or is none of the pair.
  public func member(on host: String?) throws -> PairConfiguration {
    if let host {
      if let found = members.first(where: { $0.host == host }) { return found }
      throw Failure.usage(
        "\(name) is not on \(Printable.quoted(host)); its hosts: \(hosts.joined(separator: ", "))")
    }
    guard !isSpread else {
      throw Failure.usage(
        "\(name) is on several hosts (\(hosts.joined(separator: ", "))); name one with --host")
    }
    return members[0]
  }

  /// The members to work on: all, or those on the hosts named, or those with the sites named.
  ///
  /// - Throws: `Failure` of kind `usage` for a host or a site that the pair does not have, and for a site
  ///   that is on none of the hosts named.
  public func members(on hosts: [String], with sites: [String]) throws -> [PairConfiguration] {
    for host in hosts { _ = try member(on: host) }
    for site in sites { try verify(site, isOn: hosts) }
    return members.filter { pair in
      (hosts.isEmpty || hosts.contains(pair.host))
        && (sites.isEmpty || sites.contains { pair.spec.site($0) != nil })
    }
  }

  private func verify(_ site: String, isOn hosts: [String]) throws {
    guard let found = member(with: site) else {
      throw Failure.usage("\(name) has no site \(site)", remedy: "leapfrog site list \(name)")
    }
    guard hosts.isEmpty || hosts.contains(found.host) else {
      throw Failure.usage(
        "\(site) is on \(found.host), not on \(hosts.joined(separator: ", "))",
        remedy: "leapfrog site list \(name)")
    }
  }
}

/// How a pair is spread over hosts.
struct Spread {
  /// How many hosts are worked on at once where nothing else is said.
  static let standardAtOnce = 10

  let hosts: [HostsReader.Place]
  let atOnce: Int

  var isSpread: Bool { hosts.count > 1 }
}
