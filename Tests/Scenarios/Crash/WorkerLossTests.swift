import Foundation
import Glibc
import Testing

/// The worker is asked to end, is told to go back, or dies while an update runs.
@Suite struct WorkerLossTests {
  @Test func aWorkerAskedToEndFinishesItsSiteAndBeginsNoOther() throws {
    let (farm, upgrade) = try midUpdate()
    kill(try worker(of: farm), SIGTERM)
    try farm.letGo()
    let end = upgrade.end()
    #expect(end.status == 5, "\(end.text)")
    #expect(end.output.contains("leapfrog resume acme"), "\(end.text)")
    #expect(try places(farm) == ["blue", "green"])
    #expect(try JournalReader(farm).state() == "interrupted")
    #expect(farm.updates(of: farm.sites[1]) == 0)
    let resumed = try farm.cli("resume", "acme")
    #expect(resumed.status == 0, "\(resumed.text)")
    try expectMoved(farm)
  }

  @Test func anAbortTakesTheSiteBackWhenItsCommandHasEnded() throws {
    let (farm, upgrade) = try midUpdate()
    let before = try farm.database(farm.sites[1]).contents
    let abort = try farm.running(["abort", "acme"])
    #expect(try Bounded.wait { try JournalReader(farm).control() == "abort" }, "\(abort.text)")
    #expect(try farm.closedSites() == [farm.sites[0]], "the command still runs")
    try farm.letGo()
    let ends = [upgrade.end(), abort.end()]
    #expect(ends.map(\.status) == [1, 0], "\(ends.map(\.text))")
    try expectBefore(farm)
    #expect(try farm.database(farm.sites[1]).contents == before)
    #expect(try JournalReader(farm).state() == "aborted")
    #expect(try farm.cli("upgrade", "acme", "v4").status == 0)
  }

  @Test func aDeadWorkersUpdateIsWaitedForAndNotRunTwice() throws {
    let (farm, upgrade) = try midUpdate()
    kill(try worker(of: farm), SIGKILL)
    let status = try farm.cli("status", "acme")
    #expect(status.status == 0 && status.output.contains("maintenance"), "\(status.text)")
    let recovery = try Running(
      "leapfrog-host", ["recover", farm.root.path, "--wait", "30"], of: farm)
    #expect(!Bounded.wait(0.5) { !recovery.process.isRunning }, "\(recovery.text)")
    try farm.letGo()
    let recovered = recovery.end()
    #expect(recovered.status == 0, "\(recovered.text)")
    #expect(try places(farm) == ["blue", "green"])
    #expect(farm.updates(of: farm.sites[0]) == 1)
    #expect([0, 3, 5].contains(upgrade.end().status))
    let resumed = try farm.cli("resume", "acme")
    #expect(resumed.status == 0, "\(resumed.text)")
    try expectMoved(farm)
  }

  @Test(arguments: ["resume", "abort"]) func aDeadWorkersReleaseIsTakenUp(command: String) throws {
    let (farm, upgrade) = try midUpdate()
    kill(try worker(of: farm), SIGKILL)
    try farm.letGo()
    let end = upgrade.end()
    #expect(end.status == 5, "\(end.text)")
    #expect(end.output.contains("leapfrog \(command) acme"), "\(end.text)")
    let refused = try farm.cli("upgrade", "acme", "v4")
    #expect(refused.status == 4, "\(refused.text)")
    #expect(refused.error.contains("leapfrog resume acme"), "\(refused.text)")
    let taken = try farm.cli(command, "acme")
    #expect(taken.status == 0, "\(taken.text)")
    if command == "resume" { try expectMoved(farm) } else { try expectBefore(farm) }
    #expect(farm.updates(of: farm.sites[0]) == 1)
  }

  /// Runner and command die with the worker, as in a power cut: the update is lost, and undone.
  @Test func aLostUpdateIsUndoneAndNotRunAgain() throws {
    let (farm, upgrade) = try midUpdate()
    let before = try farm.database(farm.sites[0]).contents
    for pid in try holders(of: farm) { kill(pid, SIGKILL) }
    try farm.letGo()
    #expect(upgrade.end().status == 5)
    let recovered = try farm.recover()
    #expect(recovered.status == 0, "\(recovered.text)")
    #expect(try places(farm) == ["green", "green"])
    #expect(try farm.database(farm.sites[0]).contents == before)
    #expect(farm.updates(of: farm.sites[0]) == 1)
    #expect(try farm.closedSites().isEmpty)
  }

  // MARK: Helpers

  private func midUpdate() throws -> (Farm, Running) {
    let farm = try Farm.onV2()
    try farm.hold()
    let upgrade = try farm.running(["upgrade", "acme", "v3"])
    try #require(farm.waitForUpdate(of: farm.sites[0]), "\(upgrade.text)")
    return (farm, upgrade)
  }

  private func worker(of farm: Farm) throws -> pid_t {
    try #require(
      Self.processes { $0.contains("work") && $0.contains(farm.root.path) }.first)
  }

  /// Every process of the release: the worker, the runner and the command with all it started.
  private func holders(of farm: Farm) throws -> [pid_t] {
    let own = Self.processes { arguments in
      arguments.contains { $0.hasPrefix(farm.directory.path) } && !arguments.contains("upgrade")
    }
    return own
  }

  private static func processes(where matches: ([String]) -> Bool) -> [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { pid in
      let line = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline"))) ?? Data()
      return matches(line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    }
  }

  private func places(_ farm: Farm) throws -> [String] { try farm.sites.map(farm.platform) }

  private func expectMoved(_ farm: Farm) throws {
    for site in farm.sites {
      #expect(try farm.platform(site) == "blue")
      #expect(try farm.sql(site, "PRAGMA user_version") == "3")
      #expect(farm.updates(of: site) == 1)
    }
    #expect(try farm.closedSites().isEmpty)
  }

  private func expectBefore(_ farm: Farm) throws {
    for site in farm.sites {
      #expect(try farm.platform(site) == "green")
      #expect(try farm.sql(site, "PRAGMA user_version") == "2")
    }
    #expect(try farm.closedSites().isEmpty)
  }
}

extension URL {
  fileprivate var contents: Data { get throws { try Data(contentsOf: self) } }
}
