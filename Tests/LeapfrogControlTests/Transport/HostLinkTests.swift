import LeapfrogCore
import Synchronization
import Testing

@testable import LeapfrogControl

/// A link that breaks at moments that no real network can be told to break at.
@Suite struct HostLinkTests {
  /// Counts what happens to a host, and is lost as often as it is told.
  private final class Host: HostReaching {
    let name = "web1"
    let accidents: Int
    private let left: Mutex<[(any Error)?]>
    private let count = Mutex(0)

    /// - Parameter errors: what the first connections end with; nil for one that is made.
    init(failing errors: [(any Error)?] = [], accidents: Int = 3) {
      left = Mutex(errors.reversed())
      self.accidents = accidents
    }

    var connections: Int { count.withLock { $0 } }

    func connect() async throws -> Connection {
      count.withLock { $0 += 1 }
      if let error = left.withLock({ $0.popLast() ?? nil }) { throw error }
      return Connection(host: name, stream: Silence())
    }
  }

  /// A stream that is at its end.
  private struct Silence: HostStream {
    func read() async throws -> [UInt8]? { nil }
    func write(_ bytes: [UInt8]) async throws {}
    func close() async {}
    func reasonOfEnd() async -> String? { nil }
  }

  /// What was told of the link, in order.
  private final class Notices: Sendable {
    private let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }

    @Sendable func take(_ notice: HostLink.Notice) {
      let text = if case .lost(let reason) = notice { "lost: \(reason)" } else { "back" }
      texts.withLock { $0.append(text) }
    }
  }

  /// A body that is lost as often as it is told, then answers with how often it was run.
  private final class Body: Sendable {
    private let losses: Int
    private let runs = Mutex(0)

    init(losing losses: Int) { self.losses = losses }

    @Sendable func run(_ connection: Connection) async throws -> Int {
      let run = runs.withLock {
        $0 += 1
        return $0
      }
      if run <= losses { throw LinkLost("the link to web1 broke") }
      return run
    }
  }

  private let notices = Notices()

  private func link(_ host: Host, patience: Duration = .seconds(600)) -> HostLink {
    HostLink(host, patience: patience, notify: notices.take)
  }

  @Test func aLossIsToldOnceAndMendedQuietly() async throws {
    let host = Host()
    let runs = try await link(host).perform(Body(losing: 2).run)
    #expect(runs == 3 && host.connections == 3)
    #expect(notices.all == ["lost: the link to web1 broke", "back"])
  }

  @Test func aConnectionIsKeptBetweenRequests() async throws {
    let host = Host()
    let link = link(host)
    for _ in 0..<3 { _ = try await link.perform(Body(losing: 0).run) }
    #expect(host.connections == 1 && notices.all.isEmpty)
    await link.close()
    _ = try await link.perform(Body(losing: 0).run)
    #expect(host.connections == 2)
  }

  @Test func aHostThatWasNeverReachedIsNotWaitedFor() async throws {
    let host = Host(failing: [LinkLost("web1 cannot be reached")])
    await #expect(throws: Failure.failed("web1 cannot be reached")) {
      try await link(host).perform(Body(losing: 0).run)
    }
    #expect(host.connections == 1 && notices.all.isEmpty)
  }

  @Test func aHostThatWasReachedIsTriedUntilItIsBack() async throws {
    let gone = LinkLost("web1 cannot be reached")
    let host = Host(failing: [nil, gone, gone])
    #expect(try await link(host).perform(Body(losing: 1).run) == 2)
    #expect(host.connections == 4)
    #expect(notices.all == ["lost: the link to web1 broke", "back"])
  }

  @Test func itIsGivenUpAfterAWhile() async throws {
    let host = Host(accidents: 1000)
    let begun = ContinuousClock.now
    let failure = await #expect(throws: Failure.self) {
      try await link(host, patience: .seconds(1)).perform(Body(losing: 1000).run)
    }
    #expect(failure?.message == "the link to web1 broke")
    #expect(begun.duration(to: .now) > .seconds(1) && begun.duration(to: .now) < .seconds(500))
    #expect(notices.all.count == 1)
  }

  @Test func withoutPatienceNothingIsTriedAgain() async throws {
    let host = Host()
    await #expect(throws: Failure.self) {
      try await link(host, patience: .zero).perform(Body(losing: 1).run)
    }
    #expect(host.connections == 1 && notices.all.isEmpty)
  }

  @Test func aFailureIsAnAnswer() async throws {
    let host = Host()
    let runs = Mutex(0)
    await #expect(throws: Failure.refused("somebody else is at work")) {
      try await link(host).perform { _ -> Int in
        runs.withLock { $0 += 1 }
        throw Failure.refused("somebody else is at work")
      }
    }
    #expect(runs.withLock { $0 } == 1 && notices.all.isEmpty)
    let refusing = Host(failing: [Failure.refused("the host key has changed")])
    await #expect(throws: Failure.refused("the host key has changed")) {
      try await link(refusing).perform(Body(losing: 0).run)
    }
    #expect(refusing.connections == 1)
  }

  @Test(arguments: [Failure.Kind.failed, .usage]) func whoeverIsNotLetInAgainHasGivenUp(
    kind: Failure.Kind
  ) async throws {
    let host = Host(failing: [nil, Failure(kind, "web1 does not let me in")])
    let link = link(host)
    await #expect(throws: Failure(kind, "web1 does not let me in")) {
      try await link.perform(Body(losing: 1).run)
    }
    #expect(await link.hasGivenUp)
  }

  @Test func whatForbidsToGoOnIsToldAsItIs() async throws {
    let changed = Failure.refused("the host key has changed")
    let link = link(Host(failing: [nil, changed]))
    await #expect(throws: changed) { try await link.perform(Body(losing: 1).run) }
    #expect(await !link.hasGivenUp)
    let first = self.link(Host(failing: [Failure.failed("web1 does not let me in")]))
    await #expect(throws: Failure.self) { try await first.perform(Body(losing: 0).run) }
    #expect(await !first.hasGivenUp, "nothing was begun")
  }

  @Test func aHostThatEndsEveryConversationAtOnceIsGivenUp() async throws {
    var connections = 0
    // Where the machine pauses for long, an end at once looks like a late one.
    for _ in 1...3 where connections != 3 {
      let host = Host(accidents: 2)
      await #expect(throws: Failure.self) {
        try await link(host, patience: .seconds(60)).perform(Body(losing: 1000).run)
      }
      connections = host.connections
    }
    #expect(connections == 3)
    let local = Host(accidents: 0)
    await #expect(throws: Failure.self) { try await link(local).perform(Body(losing: 1000).run) }
    #expect(local.connections == 1, "between two processes no link can break")
  }
}
