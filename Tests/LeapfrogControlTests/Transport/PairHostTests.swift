import LeapfrogCore
import Testing

@testable import LeapfrogControl

/// What a controller says where a link stays away.
@Suite struct PairHostTests {
  /// A host that is reached, and then says nothing.
  private struct Mute: HostReaching {
    let name = "web1"
    let accidents = 0
    func connect() async throws -> Connection { Connection(host: name, stream: Silence()) }
  }

  private struct Silence: HostStream {
    func read() async throws -> [UInt8]? { nil }
    func write(_ bytes: [UInt8]) async throws {}
    func close() async {}
    func reasonOfEnd() async -> String? { nil }
  }

  private let host = PairHost(
    spec: PairSpec(name: "acme", root: "/srv/acme"), link: HostLink(Mute(), patience: .zero),
    token: "t")

  /// The host may do it all the same.
  @Test(arguments: [ControlParams.Action.resume, .abort])
  func whatWasAskedForIsNotCalledUndone(action: ControlParams.Action) async {
    let failure = await #expect(throws: Failure.self) {
      _ = try await host.control(action, actor: "a")
    }
    #expect(failure?.kind == .stuck)
    #expect(failure?.message.contains("goes on by itself") == true)
  }

  @Test func whatOnlyLooksHasChangedNothing() async {
    let failure = await #expect(throws: Failure.self) { _ = try await host.history(limit: 1) }
    #expect(failure?.kind == .failed)
  }
}
