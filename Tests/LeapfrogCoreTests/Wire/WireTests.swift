import Foundation
import LeapfrogCore
import Testing

@Suite struct WireTests {
  private func line(_ value: some Encodable) throws -> String {
    String(decoding: try Wire.encoder().encode(value), as: UTF8.self)
  }

  private func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
    try Wire.decoder().decode(Value.self, from: Wire.encoder().encode(value))
  }

  static let site = SiteSpec(
    name: "a.example.com", aliases: ["b.example.com"], links: ["c/d": "e"],
    database: .sqlite(path: "f.sqlite"),
    commands: SiteCommands(install: Command(["g", ""]), update: Command(shell: "h\n\"i\"")),
    checks: [CheckSpec(contains: "</html>")], user: "j")

  static let order = WorkOrder(
    kind: .upgrade,
    spec: PairSpec(
      name: "acme", root: "/srv/acme", build: Command(["make"]), canary: ["a.example.com"],
      preview: "http://127.0.0.1:81", sites: [site, SiteSpec(name: "z")]),
    ref: "refs/tags/v1", commit: ObjectID(String(repeating: "ab", count: 20)), to: .green,
    sites: ["z"], backup: "k", continues: true, actor: "l")

  @Test func ordersRoundTripOnOneLine() throws {
    #expect(try roundTrip(Self.order) == Self.order)
    #expect(try !line(Self.order).contains("\n"))
    #expect(try line(Self.order) == line(Self.order))
  }

  @Test func aCommandIsAListOfArguments() throws {
    #expect(try line(Command(["a", "b"])) == "[\"a\",\"b\"]")
    #expect(try roundTrip(Command.none).isNone)
    #expect(Command(shell: "a b").arguments == ["/bin/sh", "-c", "a b"])
  }

  @Test func requestsCarryTheirHead() throws {
    let request = Request(
      id: 7, method: .stageBlobs, params: PairParams(root: "/srv/acme", pair: "acme"),
      bulk: BulkData([UInt8](repeating: 7, count: 12)))
    let data = try Wire.encoder().encode(request)
    let head = try Wire.decoder().decode(RequestHead.self, from: data)
    #expect(head.id == 7 && head.method == .stageBlobs && head.bulk == 12)
    #expect(try line(request).contains("\"method\":\"stage.blobs\""))
    #expect(try line(request).contains("\"jsonrpc\":\"2.0\""))
  }

  @Test func answersAreAResultOrAFailure() throws {
    let failure = Failure.refused("blue has sites", remedy: "leapfrog upgrade acme main")
    let good = try roundTrip(
      Response(id: 1, result: WorkStarted(release: 3, attached: true, after: 9)))
    #expect(good.result?.release == 3 && good.error == nil)
    let bad = try roundTrip(Response<Nothing>(id: nil, error: WireError(failure)))
    #expect(bad.error?.failure == failure && bad.error?.code == -32000 && bad.result == nil)
    let foreign = Data(#"{"code":-32700,"message":"no"}"#.utf8)
    #expect(try Wire.decoder().decode(WireError.self, from: foreign).failure == .failed("no"))
  }

  @Test func eventsKeepTheirTimeInWholeSeconds() throws {
    let event = Event(
      number: 4, time: Date(timeIntervalSince1970: 1_700_000_000), release: 2, kind: .stepFailed,
      site: "a", step: .update, text: "b", seconds: 1.5, downtime: 2.5, outcome: "back")
    #expect(try roundTrip(event) == event)
    #expect(try line(event).contains("\"time\":\"2023-11-14T22:13:20Z\""))
    #expect(try line(event).contains("\"kind\":\"step.failed\""))
  }

  @Test func marksRoundTrip() throws {
    let marks = [
      Mark(.update, .forward, .failed, failure: .failed("a", remedy: "b")),
      Mark(.flip, .back, .done),
    ]
    #expect(try roundTrip(marks) == marks)
  }

  @Test func statusesRoundTrip() throws {
    let status = PairStatus(
      name: "acme", root: "/srv/acme",
      platforms: ["blue": PlatformStatus(ref: "main", sites: ["a"], state: .ready)],
      sites: [SiteStatus(name: "a", platform: .blue, state: .maintenance, step: .backup)],
      release: ReleaseStatus(
        id: 1, kind: .upgrade, state: .running, actor: "b",
        started: Date(timeIntervalSince1970: 1_700_000_000)))
    #expect(try roundTrip(status) == status)
    #expect(status.idle == [.green])
    #expect(status[.green] == PlatformStatus())
  }

  @Test func unknownWordsAreRefused() {
    for text in [#"{"id":1,"method":"rm"}"#, #"{"id":"1","method":"hello"}"#, "[]", "", "{"] {
      #expect(throws: DecodingError.self, "\(text)") {
        try Wire.decoder().decode(RequestHead.self, from: Data(text.utf8))
      }
    }
  }
}
