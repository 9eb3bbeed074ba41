import LeapfrogCore

/// Follows a release by its numbered events; leaving and coming back loses none.
public struct Follower: Sendable {
  /// The host of the pair that the release is of.
  public let host: PairHost
  /// The release to follow, with the number of the last event before it.
  public let started: WorkStarted

  /// A follower of a release that was started, or attached to, on that host.
  public init(host: PairHost, started: WorkStarted) {
    (self.host, self.started) = (host, started)
  }

  /// Hands over every event until the release is over or was cut short, and then how it stands.
  public func follow(
    tick: Double = 1, _ body: (Event) throws -> Void, idle: () -> Void = {}
  ) async throws -> ReleaseStatus {
    var after = started.after
    while true {
      let result = try await host.events(after: after, release: started.release, wait: tick)
      for event in result.events {
        try body(event)
        after = event.number
      }
      idle()
      guard result.events.isEmpty, let release = result.release, release.state != .running else {
        continue
      }
      return release
    }
  }
}
