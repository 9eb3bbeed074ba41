import Foundation
import Synchronization
import Testing

/// The machine dies, or an effect fails, at every single place there is; afterwards every site is
/// moved or as before. The places are collected from a release, so that none is left out.
@Suite(.serialized) struct CrashMatrixTests {
  @Test(arguments: ["error", "kill"], [true, false])
  func everySiteIsMovedOrAsBefore(action: String, breaks: Bool) throws {
    let matrix = try CrashMatrix(action: action, breaks: breaks)
    let floor = breaks ? 112 : 84
    #expect(matrix.failpoints.count >= floor, "\(matrix.failpoints.count) failpoints")
    let faults = matrix.run()
    print("crash matrix, \(action), \(breaks ? "failing" : "working"): \(matrix.count) cases")
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }
}

/// All failpoints of one release, each in a pair of its own.
struct CrashMatrix: Sendable {
  let failpoints: [String]
  let action: String
  private let template: Farm
  private let before: Witness.Before
  /// The sites that must move without a touch of their data.
  private let express: Set<String>

  var count: Int { failpoints.count }

  init(action: String, breaks: Bool) throws {
    try self.init(action: action, template: Farm.onV2(breaks: breaks), express: [])
  }

  /// `words` are those that the failpoints must have one of; any will do where there are none.
  init(action: String, template: Farm, express: Set<String>, words: [String] = []) throws {
    (self.action, self.template, self.express) = (action, template, express)
    before = try Witness.Before(template)
    failpoints = try Self.collect(template.twin()).filter { name in
      words.isEmpty || words.contains(where: name.contains)
    }
  }

  /// The names of all places that a release passes.
  private static func collect(_ farm: Farm) throws -> [String] {
    let trace = farm.directory.appendingPathComponent("trace")
    _ = try Running(
      "leapfrog", ["upgrade", "acme", "v3"], of: farm,
      environment: ["LEAPFROG_FAILPOINTS_TRACE": trace.path]
    ).end()
    let text = try String(contentsOf: trace, encoding: .utf8)
    return Set(text.split(separator: "\n").map(String.init)).sorted()
  }

  /// Runs all cases, a few at a time; gives what was wrong.
  func run() -> [String] {
    let faults = Mutex<[String]>([])
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < failpoints.count else { return }
        let found = faultsOfCase(index)
        faults.withLock { $0 += found.map { "\(failpoints[index]):\(action): \($0)" } }
      }
    }
    return faults.withLock { $0.sorted() }
  }

  private func faultsOfCase(_ index: Int) -> [String] {
    do {
      let farm = try template.twin()
      let name = failpoints[index]
      let upgrade = try farm.cli("upgrade", "acme", "v3", failpoints: "\(name):\(action)")
      var faults = try faultsOfEnd(upgrade, name, farm)
      let recovery = try farm.recover()
      if recovery.status != 0 { faults.append("recover: \(recovery.text)") }
      faults += try Witness(farm, before: before, express: express).faults()
      if faults.isEmpty, index % 10 == 0 { faults += try Aftermath(farm).faults() }
      return faults.isEmpty ? [] : faults + ["it said: \(upgrade.text)"]
    } catch {
      return ["\(error)"]
    }
  }

  /// A failure that is no death ends the release without anybody's help, unless it is the journal
  /// that fails, or the way back; and one who cannot start a worker, or thinks so, is no help.
  private func faultsOfEnd(_ upgrade: Outcome, _ name: String, _ farm: Farm) throws -> [String] {
    guard upgrade.status >= 0 else { return ["the command had to be ended: \(upgrade.text)"] }
    // A site that has to be migrated in full after all is put back first.
    let back = ["journal.", "undo.", "restore.", "worker."] + (express.isEmpty ? [] : ["unseat."])
    guard action == "error", !back.contains(where: name.hasPrefix) else { return [] }
    let state = try JournalReader(farm).state() ?? "-"
    return ["done", "partly", "failed"].contains(state) ? [] : ["it ended by itself as \(state)"]
  }
}

/// What an operator does after the recovery: the pair takes the next release like any other.
struct Aftermath {
  private let farm: Farm

  init(_ farm: Farm) { self.farm = farm }

  func faults() throws -> [String] {
    if try JournalReader(farm).state() == "interrupted" {
      let resumed = try farm.cli("resume", "acme")
      guard resumed.status == 0 || resumed.status == 3 else { return ["resume: \(resumed.text)"] }
    }
    if try Set(farm.sites.map(farm.platform)).count == 2 {
      let back = try farm.cli("rollback", "acme", "--yes")
      guard back.status == 0 else { return ["rollback: \(back.text)"] }
    }
    let upgrade = try farm.cli("upgrade", "acme", "v4")
    guard upgrade.status == 0 else { return ["upgrade to v4: \(upgrade.text)"] }
    return try farm.sites.flatMap(faultsOnV4)
  }

  private func faultsOnV4(_ site: String) throws -> [String] {
    var faults: [String] = []
    if try !farm.page(site).contains("version 4") { faults.append("\(site) is not on v4") }
    if try farm.sql(site, "PRAGMA user_version") != "3" { faults.append("\(site) has old data") }
    return faults
  }
}
