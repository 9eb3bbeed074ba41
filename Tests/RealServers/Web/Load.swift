import Foundation
import Glibc
import Synchronization

/// Visitors who ask without a pause until they are told to stop: some on connections that they keep,
/// some on a new one each time.
public final class Load: Sendable {
  /// One request and what came of it.
  public struct Sample: Sendable {
    public var host: String
    public var path: String
    public var began: ContinuousClock.Instant
    public var ended: ContinuousClock.Instant
    /// nil where there was no answer.
    public var answer: HTTPAnswer?
    public var fault: String?
  }

  private struct State {
    var samples: [Sample] = []
    var isStopped = false
    var running = 0
    var left = 0
  }

  private let state = Mutex(State())
  private let ended = DispatchSemaphore(value: 0)
  private let port: Int
  private let hosts: [String]
  private let paths: [String]

  /// Begins at once.
  ///
  /// - Parameter pause: microseconds between two requests of one visitor.
  public init(
    port: Int, hosts: [String], paths: [String], keeping: Int = 3, renewing: Int = 3,
    pause: UInt32 = 0
  ) {
    (self.port, self.hosts, self.paths) = (port, hosts, paths)
    state.withLock { $0.running = keeping + renewing }
    for index in 0..<(keeping + renewing) {
      let thread = Thread { [self] in visit(index, keepsAlive: index < keeping, pause: pause) }
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  /// How many answers there are so far.
  public var count: Int { state.withLock { $0.samples.count } }

  /// Whether all visitors have gone, though nobody told them to.
  public var isOver: Bool { state.withLock { $0.left >= $0.running } }

  /// Ends the visits and gives all of them, by when they began.
  public func stop() -> [Sample] {
    let running = state.withLock { state in
      state.isStopped = true
      defer { state.running = 0 }
      return state.running
    }
    for _ in 0..<running { ended.wait() }
    return state.withLock { $0.samples }.sorted { $0.began < $1.began }
  }

  private func visit(_ index: Int, keepsAlive: Bool, pause: UInt32) {
    var connection: HTTPConnection?
    // Each visitor begins with another page, and every page is asked of every site.
    var turn = index
    // A test that fails may forget to end them.
    let end = ContinuousClock.now + .seconds(600)
    while !state.withLock({ $0.isStopped }), ContinuousClock.now < end {
      let host = hosts[turn % hosts.count]
      let path = paths[(turn / hosts.count) % paths.count]
      turn += 1
      let sample = ask(path, host, &connection, keepsAlive)
      state.withLock { $0.samples.append(sample) }
      if connection?.isOpen != true || !keepsAlive { connection = nil }
      if pause > 0 { usleep(pause) }
    }
    state.withLock { $0.left += 1 }
    ended.signal()
  }

  private func ask(
    _ path: String, _ host: String, _ connection: inout HTTPConnection?, _ keepsAlive: Bool
  ) -> Sample {
    let began = ContinuousClock.now
    var sample = Sample(host: host, path: path, began: began, ended: began)
    do {
      let open = try connection ?? HTTPConnection(port: port)
      connection = open
      sample.answer = try open.ask(path, host: host, keepsAlive: keepsAlive)
    } catch {
      sample.fault = "\(error)"
    }
    sample.ended = .now
    return sample
  }
}
