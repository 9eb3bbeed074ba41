import LeapfrogCore

/// Finds the hosts on the way to one. The way to the first of them is what its own part of the configuration
/// says; each later one is reached through those before, whatever its own says.
enum JumpWay {
  /// Hosts, for whoever has a configuration that never ends.
  private static let longest = 8

  /// The hosts to go through, in order.
  ///
  /// - Throws: `Failure` where ssh would run a command, or go round in circles.
  static func to(_ settings: HostSettings) async throws -> [HostSettings] {
    var (way, first) = ([HostSettings](), settings)
    var passed: Set = [identity(settings)]
    while true {
      try verifyIsReached(first)
      guard let name = first.jumps.first else { return way }
      let later = try await hosts(first.jumps.dropFirst())
      let gate = try await host(name)
      guard passed.insert(identity(gate)).inserted, way.count < longest else {
        throw circle(settings, through: gate)
      }
      (way, first) = ([gate] + later + way, gate)
    }
  }

  private static func hosts(_ names: ArraySlice<String>) async throws -> [HostSettings] {
    var hosts: [HostSettings] = []
    for name in names { hosts.append(try await host(name)) }
    return hosts
  }

  private static func host(_ name: String) async throws -> HostSettings {
    let jump = JumpName(name)
    return try await OpenSSH.settings(of: jump.host, user: jump.user, port: jump.port)
  }

  /// What tells one host on the way from another.
  private static func identity(_ settings: HostSettings) -> String {
    "\(settings.user)@\(settings.name):\(settings.port)"
  }

  private static func verifyIsReached(_ settings: HostSettings) throws {
    guard settings.proxyCommand == nil else {
      throw Failure.usage(
        "ssh reaches \(settings.name) by a ProxyCommand, which leapfrog does not run; "
          + "name the hosts on the way with ProxyJump", remedy: "ssh -G \(settings.name)")
    }
  }

  private static func circle(_ settings: HostSettings, through gate: HostSettings) -> Failure {
    .usage(
      "the way to \(settings.name) leads through \(gate.name) once more, whose ProxyJump has to lead on",
      remedy: "ssh -G \(gate.name)")
  }
}
