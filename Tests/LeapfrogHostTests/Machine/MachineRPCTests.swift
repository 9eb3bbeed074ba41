import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// A host answers for itself over the wire, and sees the end of every program that it calls.
@Suite struct MachineRPCTests {
  @Test func aMachineAnswers() throws {
    let pair = try StagedPair()
    let machine = try RPCProcess().call(
      .machine, MachineParams(pairs: [pair.spec]), as: Machine.self)
    #expect(machine?.system == "Linux" && machine?.user == NSUserName())
    #expect(
      machine?.findings.map(\.subject) == ["sessions", "root acme", "space acme", "recovery acme"])
  }

  @Test func noUnitsAreNoWork() throws {
    let result = try RPCProcess().call(.units, UnitsParams(units: []), as: UnitsResult.self)
    #expect(result?.paths == [])
  }

  /// The session has a worker whose end nobody waits for, and its other children's ends are its own.
  @Test(.timeLimit(.minutes(1))) func theEndOfAClientIsSeen() throws {
    var pair = try StagedPair()
    let sandbox = try MachineSandbox()
    for name in ["psql", "pg_dump", "pg_restore", "zstd"] { try sandbox.program(name, "exit 7") }
    let rpc = try RPCProcess(path: "\(sandbox.directory)/bin:/usr/bin:/bin")
    try pair.stage(rpc, Claim(token: "run"))
    let started = try #require(try pair.work(rpc, Claim(token: "run"), "one"))
    #expect(try pair.state(of: started.release) == .done)
    let database = ServerDatabase(engine: .postgresql, name: "d")
    pair.spec.sites = [SiteSpec(name: "a.example.com", database: .server(database))]
    try Files.makeDirectory(pair.disk.layout.site("a.example.com"))
    try LiveLinks(layout: pair.disk.layout).flip("a.example.com", to: .blue)
    let findings = try rpc.call(
      .doctor, SurveyParams(root: pair.spec.root, spec: pair.spec), as: [Finding].self)
    let found = findings?.first { $0.subject == "a.example.com" }
    #expect(found?.good == false && found?.message.contains("7") == true, "\(found as Any)")
    #expect(ProcessTree.all().filter { $0.parent == rpc.pid && $0.isZombie }.isEmpty)
  }
}
