import Foundation
import RealServers
import Testing

/// The commands on a pair that is on several hosts, and what they do on each.
@Suite struct FleetTests {
  private let fleet: Fleet
  private let one = "a.web1.example.com"
  private let two = "b.web1.example.com"
  private let three = "a.web2.example.com"

  init() throws {
    fleet = try Fleet(["web1": ["a", "b"], "web2": ["a"], "web3": ["a"]])
    try fleet.must("init", "acme", "v1")
  }

  @Test func aReleaseGoesToAllHostsAndBack() throws {
    #expect(
      try fleet.versions() == ["web1": ["v1", "v1"], "web2": ["v1"], "web3": ["v1"]])
    let upgrade = try fleet.must("upgrade", "acme", "v2")
    #expect(
      try fleet.versions() == ["web1": ["v2", "v2"], "web2": ["v2"], "web3": ["v2"]])
    #expect(try fleet.platforms().values.allSatisfy { Set($0) == ["green"] })
    #expect(upgrade.output.contains("upgrade to v2 on 3 hosts: all done\n"), "\(upgrade.text)")
    let lines = upgrade.output.split(separator: "\n").dropLast()
    #expect(
      lines.allSatisfy { $0.hasPrefix("web") && $0.dropFirst(4).hasPrefix(": ") }, "\(upgrade.text)"
    )
    for (host, site) in fleet.sites {
      #expect(lines.contains { $0.hasPrefix("\(host): ") && $0.contains("\(site): done") })
    }
    let asked = try fleet.leapfrog("rollback", "acme")
    #expect(asked.status == 4)
    #expect(asked.error.contains("web1, web2, web3 go back"), "\(asked.text)")
    #expect(try fleet.versions()["web2"] == ["v2"])
    try fleet.must("rollback", "acme", "--yes")
    #expect(
      try fleet.versions() == ["web1": ["v1", "v1"], "web2": ["v1"], "web3": ["v1"]])
    #expect(try fleet.isOpen())
  }

  @Test func eventsCarryTheirHost() throws {
    let upgrade = try fleet.must("upgrade", "acme", "v2", "--json")
    let events = try upgrade.output.split(separator: "\n").map { try Farm.object($0) }
    for host in fleet.hosts {
      let own = events.filter { $0["host"] as? String == host }
      #expect(own.compactMap { $0["kind"] as? String }.last == "release.finished")
      let moved = own.filter { $0["outcome"] as? String == "moved" }.compactMap { $0["site"] }
      #expect(try moved.compactMap { $0 as? String } == fleet[host].sites)
    }
    #expect(events.allSatisfy { $0["host"] is String }, "\(upgrade.output)")
    let listed = try fleet.must("events", "acme", "--json", "--host", "web2")
    #expect(listed.output.contains(#""release.finished""#))
    #expect(!listed.output.contains("web1"))
  }

  @Test func hostsAndSitesNarrow() throws {
    try fleet.must("upgrade", "acme", "v2", "--host", "web2", "--host", "web3")
    #expect(
      try fleet.versions() == ["web1": ["v1", "v1"], "web2": ["v2"], "web3": ["v2"]])
    try fleet.must("upgrade", "acme", "v2", "--site", two)
    #expect(try fleet.versions()["web1"] == ["v1", "v2"])
    try fleet.must("upgrade", "acme", "v2", "--continue", "--host", "web1")
    #expect(try fleet.versions()["web1"] == ["v2", "v2"])
    try fleet.must("rollback", "acme", "--site", three, "--yes")
    #expect(
      try fleet.versions() == ["web1": ["v2", "v2"], "web2": ["v1"], "web3": ["v2"]])
    for words in [
      ["--host", "web9"], ["--site", "x.example.com"], ["--host", "web1", "--site", three],
    ] {
      let refused = try fleet.running(["upgrade", "acme", "v3"] + words).end()
      #expect(refused.status == 2, "\(refused.text)")
      #expect(refused.error.hasPrefix("leapfrog: "), "\(refused.text)")
    }
    #expect(try fleet.releases(on: "web2") == 3)
    let nowhere = try fleet.leapfrog("status", "--host", "web9")
    #expect(nowhere.status == 2)
    #expect(nowhere.error.contains("no pair is on 'web9'; hosts: web1, web2, web3"))
  }

  @Test func whatIsLookedAtComesFromAllHosts() throws {
    let status = try fleet.json("status", "acme")
    let pairs = try #require(status["pairs"] as? [[String: Any]])
    #expect(pairs.map { $0["host"] as? String } == fleet.hosts)
    #expect(
      try pairs.map { $0["root"] as? String } == fleet.hosts.map { try fleet[$0].root.path })
    let plan = try fleet.json("plan", "acme", "v2")
    let planned = try #require(plan["hosts"] as? [[String: Any]])
    #expect(planned.map { ($0["sites"] as? [Any])?.count } == [2, 1, 1])
    #expect(planned.allSatisfy { $0["refusal"] == nil && $0["platform"] as? String == "green" })
    let sites = try fleet.json("site", "list", "acme")["sites"] as? [[String: Any]]
    #expect(sites?.map { $0["host"] as? String } == ["web1", "web1", "web2", "web3"])
    #expect(sites?.allSatisfy { $0["platform"] as? String == "blue" } == true)
    let narrowed = try fleet.must("site", "list", "acme", "--host", "web2")
    #expect(narrowed.output.contains(three) && !narrowed.output.contains(one))
    let history = try fleet.json("history", "acme")["pairs"] as? [String: [[String: Any]]]
    #expect(history?["acme"]?.map { $0["host"] as? String } == fleet.hosts)
    let doctor = try fleet.json("doctor", "acme")["findings"] as? [String: Any]
    #expect(
      doctor?.keys.sorted() == ["acme on web1", "acme on web2", "acme on web3", "controller"])
  }

  @Test func aSiteIsFoundOnItsHost() throws {
    try fleet.must("backup", "acme")
    let backups = try fleet.json("backups", "acme")["backups"] as? [[String: Any]]
    #expect(
      Set(backups?.compactMap { $0["site"] as? String } ?? []) == Set(fleet.sites.map(\.name)))
    #expect(Set(backups?.compactMap { $0["host"] as? String } ?? []) == Set(fleet.hosts))
    let table = try fleet.must("backups", "acme").output
    #expect(table.contains("HOST  SITE") && table.contains("web2  \(three)"), "\(table)")
    _ = try fleet["web2"].sql(three, "DELETE FROM post")
    try fleet.must("restore", "acme", three, "--yes")
    #expect(try fleet["web2"].sql(three, "SELECT count(*) FROM post") == "1")
    let said = try fleet.must("exec", "www.\(three)", "--", "sh", "-c", "echo $LEAPFROG_SITE_DATA")
    #expect(try said.output == fleet["web2"].data(three).path + "\n")
    let failed = try fleet.leapfrog("exec", three, "--", "sh", "-c", "exit 7")
    #expect(failed.status == 7)
    let shown = try fleet.must("site", "show", "acme", three)
    #expect(shown.output.contains("blue"))
  }

  @Test func sitesComeAndGoOnTheirHost() throws {
    try fleet.must("site", "remove", "acme", two, "--yes")
    let alias = try fleet["web1"].inRoot("aliases/www.\(two)").path
    #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: alias)) == nil)
    try fleet.must("site", "add", "acme", two)
    #expect(try fleet.versions()["web1"] == ["v1", "v1"])
    try fleet.configure(without: three)
    let unnamed = try fleet.leapfrog("site", "remove", "acme", three, "--yes")
    #expect(unnamed.status == 2)
    #expect(unnamed.error.contains("name one with --host"), "\(unnamed.text)")
    try fleet.must("site", "remove", "acme", three, "--yes", "--host", "web2")
    let status = try fleet.json("status", "acme", "--host", "web2")
    #expect(((status["pairs"] as? [[String: Any]])?[0]["sites"] as? [Any])?.isEmpty == true)
  }

  @Test func theWebServerOfOneHost() throws {
    let unnamed = try fleet.leapfrog("webserver", "nginx", "acme", "--listen", "80")
    #expect(unnamed.status == 2)
    #expect(unnamed.error.contains("web1, web2, web3"), "\(unnamed.text)")
    let printed = try fleet.must(
      "webserver", "nginx", "acme", "--listen", "80", "--preview", "127.0.0.1:8081", "--host",
      "web2")
    let (own, other) = (try fleet["web2"].root.path, try fleet["web1"].root.path)
    #expect(printed.output.contains(own) && !printed.output.contains(other))
  }
}
