import Foundation
import Glibc
import Testing

/// A host does what it was asked for and dies before it can say so: it is asked again, and does it once.
@Suite struct AnswerLostTests {
  private let farm: Farm
  private let template: Farm
  private let before: Witness.Before

  init() throws {
    template = try Farm.onV2()
    before = try Witness.Before(template)
    farm = try template.twin(on: FarHost())
  }

  @Test(arguments: ["journal.release.begin.after", "worker.start.after"])
  func anUpgradeIsDoneOnce(place: String) throws {
    let end = try farm.cli("upgrade", "acme", "v3", failpoints: "\(place):kill")
    #expect(end.status == 0 && end.output.contains("; 2 sites moved;"), "\(end.text)")
    expectLoss(end)
    try expectMoved()
  }

  @Test(arguments: ["journal.release.reopen.after", "worker.start.after"])
  func aResumeIsDoneOnce(place: String) throws {
    try interrupt()
    let end = try farm.cli("resume", "acme", failpoints: "\(place):kill")
    #expect(end.status == 0, "\(end.text)")
    expectLoss(end)
    try expectMoved()
  }

  @Test(arguments: ["journal.release.reopen.after", "worker.start.after"])
  func anAbortOfWhatWasInterruptedIsDoneOnce(place: String) throws {
    try interrupt()
    let end = try farm.cli("abort", "acme", failpoints: "\(place):kill")
    #expect(end.status == 0, "\(end.text)")
    expectLoss(end)
    try expectBefore()
  }

  @Test func anAbortOfWhatRunsIsDoneOnce() throws {
    let upgrade = try midUpdate()
    let place = "journal.release.control.after"
    let abort = try farm.running(["abort", "acme"], failpoints: "\(place):kill")
    #expect(Bounded.wait { abort.text.contains("is back") }, "\(abort.text)")
    try farm.letGo()
    let ends = [upgrade.end(), abort.end()]
    #expect(ends.map(\.status) == [1, 0], "\(ends.map(\.text))")
    expectLoss(ends[1])
    try expectBefore()
  }

  @Test func aResumeOfWhatRunsAttaches() throws {
    let upgrade = try midUpdate()
    let resume = try farm.running(["resume", "acme"], failpoints: "journal.request.after:kill")
    #expect(Bounded.wait { resume.text.contains("is back") }, "\(resume.text)")
    try farm.letGo()
    let ends = [upgrade.end(), resume.end()]
    #expect(ends.map(\.status) == [0, 0], "\(ends.map(\.text))")
    expectLoss(ends[1])
    try expectMoved()
  }

  // MARK: Helpers

  /// The worker dies before the first site's update.
  private func interrupt() throws {
    let end = try farm.cli("upgrade", "acme", "v3", failpoints: "step.update.before:kill")
    try #require(end.status == 5, "\(end.text)")
  }

  private func midUpdate() throws -> Running {
    try farm.hold()
    let upgrade = try farm.running(["upgrade", "acme", "v3"])
    try #require(farm.waitForUpdate(of: farm.sites[0]), "\(upgrade.text)")
    return upgrade
  }

  private func expectLoss(_ end: Outcome) {
    #expect(end.error.contains("the link to elsewhere ended"), "\(end.text)")
    #expect(end.error.contains("the link to elsewhere is back"), "\(end.text)")
  }

  private func expectMoved() throws {
    try expect(state: "done", on: "blue")
    for site in farm.sites { #expect(farm.updates(of: site) == 1) }
  }

  private func expectBefore() throws { try expect(state: "aborted", on: "green") }

  private func expect(state: String, on platform: String) throws {
    let journal = try JournalReader(farm)
    #expect(try journal.state() == state)
    #expect(try journal.lastRelease() == before.lastRelease + 1)
    #expect(try farm.sites.map(farm.platform) == [platform, platform])
    #expect(Bounded.wait(45) { farm.isLockFree })
    #expect(try Witness(farm, before: before).faults() == [])
  }
}
