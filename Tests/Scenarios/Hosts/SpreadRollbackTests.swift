import Foundation
import RealServers
import Testing

/// The way back from the last upgrade of several hosts: nobody goes back from another one.
@Suite struct SpreadRollbackTests {
  /// What makes it hard to tell which upgrade was the last.
  enum Past: CaseIterable, CustomTestStringConvertible {
    case plain, fastClock, manyBackups

    var testDescription: String { "\(self)" }

    func apply(to fleet: Fleet) throws {
      switch self {
      case .plain: break
      case .fastClock: try fleet.setClock(of: "web2", fastBy: 3600)
      case .manyBackups: for host in fleet.hosts { try fleet.addBackups(150, to: host) }
      }
    }
  }

  /// Hosts that a release did not reach are on what they were on, and have nothing to go back from.
  @Test(arguments: Past.allCases)
  func afterTheCanaryFailedTheOthersAreLeftAlone(past: Past) throws {
    let fleet = try Fleet(["web1": ["a", "b"], "web2": ["a"]], extra: "    canary: [web1]")
    try fleet.must("init", "acme", "v1")
    try fleet.must("upgrade", "acme", "v2")
    try fleet.setBroken("b.web1.example.com", on: "web1")
    let failed = try fleet.leapfrog("upgrade", "acme", "v3")
    #expect(failed.status == 3, "\(failed.text)")
    #expect(try fleet.versions() == ["web1": ["v3", "v2"], "web2": ["v2"]])
    try past.apply(to: fleet)
    let before = try Listing.of(fleet["web2"].root)
    let back = try fleet.leapfrog("rollback", "acme", "--yes")
    #expect(back.status == 0, "\(back.text)")
    #expect(try fleet.versions() == ["web1": ["v2", "v2"], "web2": ["v2"]], "\(back.text)")
    #expect(Listing.differences(before, try Listing.of(fleet["web2"].root)) == [])
  }

  /// Though the controller of the release before had a clock that was fast.
  @Test func anUpgradeOfOneHostIsLaterThanThoseOfTheOthers() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]])
    try fleet.must("init", "acme", "v1")
    try fleet.must("upgrade", "acme", "v2")
    for host in fleet.hosts { try fleet.setStamps(of: host, fastBy: 3600) }
    try fleet.must("upgrade", "acme", "v3", "--host", "web1")
    let on = try fleet.must("upgrade", "acme", "--continue")
    #expect(try fleet.versions() == ["web1": ["v3"], "web2": ["v3"]], "\(on.text)")
    try fleet.must("upgrade", "acme", "v4", "--host", "web1")
    let back = try fleet.must("rollback", "acme", "--yes")
    #expect(try fleet.versions() == ["web1": ["v3"], "web2": ["v3"]], "\(back.text)")
  }

  /// The others went on and came back to the code that it was left on.
  @Test func aHostThatWasLeftOutIsLeftAlone() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"], "web3": ["a"]])
    try fleet.must("init", "acme", "v1")
    try fleet.must("upgrade", "acme", "v2")
    try fleet.must("upgrade", "acme", "v3", "--host", "web1", "--host", "web2")
    try fleet.must("upgrade", "acme", "v2", "--host", "web1", "--host", "web2")
    let before = try Listing.of(fleet["web3"].root)
    let back = try fleet.must("rollback", "acme", "--yes")
    #expect(back.output.contains("did not reach it"), "\(back.text)")
    #expect(
      try fleet.versions() == ["web1": ["v3"], "web2": ["v3"], "web3": ["v2"]], "\(back.text)")
    #expect(Listing.differences(before, try Listing.of(fleet["web3"].root)) == [])
  }

  /// A host that had nothing to do when another was caught up, and one where an attempt at something else
  /// moved no site, belong to the last upgrade all the same.
  @Test func whatMovedNoSiteIsNoUpgradeToGoBackFrom() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"], "web3": ["a"]])
    try fleet.must("init", "acme", "v1")
    try fleet.must("upgrade", "acme", "v2", "--host", "web1", "--host", "web2")
    try fleet.setBroken("a.web1.example.com", on: "web1")
    let failed = try fleet.leapfrog("upgrade", "acme", "v3", "--host", "web1")
    #expect(failed.status == 1, "\(failed.text)")
    try fleet.must("upgrade", "acme", "v2")
    #expect(try fleet.versions() == ["web1": ["v2"], "web2": ["v2"], "web3": ["v2"]])
    let back = try fleet.leapfrog("rollback", "acme", "--yes")
    #expect(back.status == 3, "\(back.text)")
    #expect(
      try fleet.versions() == ["web1": ["v2"], "web2": ["v1"], "web3": ["v1"]], "\(back.text)")
    #expect(!back.text.contains("did not reach it"), "\(back.text)")
  }

  @Test func onlyWhatGoesBackIsAskedAbout() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]])
    try fleet.must("init", "acme", "v1")
    try fleet.must("upgrade", "acme", "v2")
    try fleet.must("rollback", "acme", "--host", "web1", "--yes")
    let asked = try fleet.leapfrog("rollback", "acme")
    #expect(asked.status == 4 && asked.error.contains("on web2 go back"), "\(asked.text)")
    try fleet.must("rollback", "acme", "--yes")
    let again = try fleet.must("rollback", "acme")
    #expect(again.output.contains("nothing to do"), "\(again.text)")
    #expect(try fleet.versions() == ["web1": ["v1"], "web2": ["v1"]])
  }

  @Test func withoutAnUpgradeThereIsNothingToGoBackFrom() throws {
    let fleet = try Fleet(["web1": ["a"], "web2": ["a"]])
    try fleet.must("init", "acme", "v1")
    let back = try fleet.leapfrog("rollback", "acme", "--yes")
    #expect(back.status == 4 && back.error.contains("no upgrade of acme"), "\(back.text)")
    #expect(try fleet.versions() == ["web1": ["v1"], "web2": ["v1"]])
  }
}
