import LeapfrogCore

/// The link to one host: connected when it is needed, connected again when it broke. What is under way on
/// the host does not depend on it.
public actor HostLink {
  /// What the one who waits is told of the link.
  public enum Notice: Sendable {
    /// It broke, with the reason; it is being made again.
    case lost(String)
    case back
  }

  /// The way to the host, by which each connection is made.
  public nonisolated let host: any HostReaching
  private let patience: Duration
  private let notify: @Sendable (Notice) -> Void
  private var connection: Connection?
  private var connectedSince = ContinuousClock.now
  private var lastUse = ContinuousClock.now
  private var accidents = 0
  /// Whether the host was ever reached: only then is a break something that passes.
  private var wasReached = false
  /// Whether a host that was reached could not be reached again: what it did of a request is not known.
  private(set) var hasGivenUp = false

  /// Whether what was thrown is the host's own answer, and not the link's.
  public var isAnswered: Bool { wasReached && !hasGivenUp }

  /// - Parameter patience: for how long a link that broke is tried to be made again.
  public init(
    _ host: any HostReaching, patience: Duration,
    notify: @escaping @Sendable (Notice) -> Void = { _ in }
  ) {
    (self.host, self.patience, self.notify) = (host, patience, notify)
  }

  /// Does something over the link, again from the beginning each time that it breaks: so the body has to
  /// be one that may be done again.
  ///
  /// - Throws: what the body throws; where the link stays broken, a `Failure` that says so.
  func perform<Value: Sendable>(
    _ body: @Sendable (Connection) async throws -> Value
  ) async throws -> Value {
    var outage = Outage(patience: patience)
    while true {
      do {
        let value = try await body(try await connected())
        (lastUse, accidents) = (.now, 0)
        if outage.isUnderWay { notify(.back) }
        return value
      } catch let lost as LinkLost {
        await noteEnd()
        guard wasReached, accidents <= host.accidents, let pause = outage.pause else {
          hasGivenUp = wasReached
          throw lost.failure
        }
        if !outage.isUnderWay { notify(.lost(lost.description)) }
        outage.begin()
        try await Task.sleep(for: pause)
      }
    }
  }

  private func noteEnd() async {
    if connection != nil {
      let isQuick = connectedSince.duration(to: .now) < .seconds(5)
      accidents = isQuick || host.accidents == 0 ? accidents + 1 : 0
    }
    await close()
  }

  /// Ends the connection; the next use makes a new one.
  public func close() async {
    await connection?.close()
    connection = nil
  }

  private func connected() async throws -> Connection {
    // An old connection exchanges its keys again, at which libssh2 can hang.
    if connectedSince.duration(to: .now) > .seconds(1800) { await close() }
    // A host ends a conversation in which nothing is said, as when this process was stopped for an hour.
    if lastUse.duration(to: .now) > .seconds(50) { await close() }
    if let connection { return connection }
    let made = try await reached()
    (connection, connectedSince, lastUse, wasReached) = (made, .now, .now, true)
    return made
  }

  /// Connects; whoever is not let in again, such as for want of a key, does not know what goes on there.
  /// What forbids to go on at all, such as another host key, is told as it is.
  private func reached() async throws -> Connection {
    do { return try await host.connect() } catch let failure as Failure where wasReached {
      hasGivenUp = failure.kind != .refused
      throw failure
    }
  }
}

/// How long a link has been broken, and when to try again.
private struct Outage {
  let patience: Duration
  private var since: ContinuousClock.Instant?
  private var tries = 0

  init(patience: Duration) { self.patience = patience }

  var isUnderWay: Bool { since != nil }

  /// How long to wait before the next try; nil when it has been tried for long enough.
  var pause: Duration? {
    if let since, since.duration(to: .now) > patience { return nil }
    guard patience > .zero else { return nil }
    return .milliseconds(min(5000, 200 << min(tries, 5)))
  }

  mutating func begin() {
    since = since ?? .now
    tries += 1
  }
}
