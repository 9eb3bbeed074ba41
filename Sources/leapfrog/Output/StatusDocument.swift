import LeapfrogCore

/// `status --json`: the keys are the public contract, so what is not there is `null`, not left out, but for what
/// only some pairs have.
struct StatusDocument: Encodable {
  var pairs: [Entry]

  struct Entry: Encodable {
    var host: String
    var status: PairStatus
    /// Why the pair could not be asked.
    var error: Failure?
    /// Where configuration and host differ, for people; `site list --json` has it as data.
    var notes: [String] = []

    enum Key: String, CodingKey {
      case name, host, root, platforms, sites, release, stuck, planned, error
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(status.name, forKey: .name)
      try container.encode(host, forKey: .host)
      try container.encode(status.root, forKey: .root)
      try container.encode(status.platforms.mapValues(Platform.init), forKey: .platforms)
      try container.encode(status.sites.map(Site.init), forKey: .sites)
      try container.encode(status.release, forKey: .release)
      try container.encodeIfPresent(status.stuck, forKey: .stuck)
      try container.encodeIfPresent(status.planned, forKey: .planned)
      try container.encodeIfPresent(error, forKey: .error)
    }
  }

  struct Platform: Encodable {
    var status: PlatformStatus

    enum Key: String, CodingKey { case ref, commit, sites, state }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(status.ref, forKey: .ref)
      try container.encode(status.commit, forKey: .commit)
      try container.encode(status.sites, forKey: .sites)
      try container.encode(status.state, forKey: .state)
    }
  }

  struct Site: Encodable {
    var status: SiteStatus

    enum Key: String, CodingKey { case name, platform, state, reason, step }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(status.name, forKey: .name)
      try container.encode(status.platform, forKey: .platform)
      try container.encode(status.state, forKey: .state)
      try container.encodeIfPresent(status.reason, forKey: .reason)
      try container.encodeIfPresent(status.step, forKey: .step)
    }
  }
}
