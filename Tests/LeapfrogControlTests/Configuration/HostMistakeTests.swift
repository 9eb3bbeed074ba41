import LeapfrogCore
import Testing

@testable import LeapfrogControl

/// What is wrong with a pair on several hosts, each with line and key.
@Suite struct HostMistakeTests {
  /// A pair without a root of its own, whose `hosts` begin on line 4.
  private static func spread(_ hosts: String, _ more: String = "") -> String {
    let lines = hosts.split(separator: "\n").map { "      \($0)\n" }.joined()
    let own = more.split(separator: "\n").map { "    \($0)\n" }.joined()
    return "pairs:\n  acme:\n    repository: /src/acme.git\n    hosts:\n" + lines + own
  }

  private static let two = "web1: {root: /a, sites: {a: }}\nweb2: {root: /b, sites: {b: }}"

  @Test(arguments: [("host: web3", "host"), ("sites: {c: }", "sites")])
  func whatEachHostSaysIsNotSaidForAll(_ line: String, _ key: String) {
    expectMistake(
      Self.spread(Self.two, line),
      "7: pairs.acme.\(key): the pair has `hosts`, so this belongs to each of them; "
        + "allowed: `hosts` alone")
  }

  @Test(arguments: [
    ("site: {}", "the key is not known; did you mean `sites`?; allowed: root, preview, address"),
    ("jobs: 2", "the key belongs to the pair; allowed here: root, preview, address, sites"),
    ("canary: [a]", "the key belongs to the pair"),
    ("host: web3", "the key belongs to the pair"),
    ("root: srv", "`srv` is not absolute"), ("root: /", "is the root of the file system"),
    ("preview: http://x", "has no port"), ("address: https://x:1", "does not begin with http://"),
  ])
  func keysOfAHost(_ line: String, _ part: String) {
    let key = line.prefix { $0 != ":" }
    let root = key == "root" ? "" : "root: /a, "
    expectMistake(
      Self.spread("web1: {\(root)\(line)}"), "5: pairs.acme.hosts.web1.\(key): ", part)
  }

  @Test(arguments: [
    ("-x", "does not begin with a letter or a digit"),
    ("a;b", "may hold only letters, digits, '-', '_', '.', ':' and '@'"),
    ("", "is empty"), ("a b", "may hold only"), ("$(id)", "does not begin with"),
    ("a\\nb", "may hold only"), ("wéb", "may hold only"), ("ẃeb", "does not begin with"),
    (String(repeating: "x", count: 300), "is longer than 253 bytes"),
  ])
  func namesOfHosts(_ name: String, _ fault: String) {
    let allowed = "allowed: local, or a name that ssh knows"
    expectMistake(
      Self.spread("\"\(name)\": {root: /a}"), "5: pairs.acme.hosts.", fault, allowed)
    expectMistake(pairFile("host: \"\(name)\""), "5: pairs.acme.host: ", fault, allowed)
  }

  @Test func hostsAreAMapping() {
    for (hosts, found) in [("[web1, web2]", "a list"), ("web1", "text `web1`")] {
      expectMistake(
        pairFile("hosts: \(hosts)"), "5: pairs.acme.hosts: found \(found); allowed: a mapping")
    }
    expectMistake(
      Self.spread("web1: [a]", "root: /a"),
      "5: pairs.acme.hosts.web1: found a list; allowed: a mapping")
    expectMistake(
      Self.spread("web1: {root: /a}\nweb1: {root: /b}"),
      "6: pairs.acme.hosts.web1: the key is on line 5 already; remove one of the two")
  }

  @Test(arguments: ["hosts: {}", "hosts:"])
  func hostsThatNameNone(_ line: String) {
    expectMistake(
      pairFile(line), "5: pairs.acme.hosts: has no host; allowed: a mapping of hosts")
  }

  @Test func aSiteIsOnOneHost() {
    expectMistake(
      Self.spread("web1: {root: /a, sites: {a: }}\nweb2: {root: /b, sites: {a: }}"),
      "6: pairs.acme.hosts.web2.sites.a: `a` is taken on line 5 by pairs.acme.hosts.web1.sites.a")
    expectMistake(
      Self.spread("web1: {root: /a, sites: {a: }}\nweb2: {root: /b, sites: {b: {aliases: [a]}}}"),
      "6: pairs.acme.hosts.web2.sites.b.aliases[0]: `a` is taken on line 5")
  }

  @Test func aDatabaseIsOfOneSiteOnEachHost() throws {
    func text(_ one: String, _ other: String) -> String {
      let hosts = [one, other].enumerated().map { index, database in
        "web\(index): {root: /a, sites: {s\(index): {database: {\(database)}}}}"
      }
      return Self.spread(hosts.joined(separator: "\n"))
    }
    let (own, shared) = ("engine: mariadb, name: x", "engine: mariadb, name: x, host: db.internal")
    #expect(try read(text(own, own)).pairs.count == 2)
    expectMistake(
      text(shared, shared), "6: pairs.acme.hosts.web1.sites.s1.database.name: ",
      "is taken on line 5")
  }

  @Test func aRootIsOfOnePairOnEachHost() throws {
    func text(_ host: String, _ root: String) -> String {
      "pairs:\n  a: {repository: /r, hosts: {web1: {root: /srv/a}, web2: {root: /srv/a}}}\n"
        + "  b: {repository: /r, host: \(host), root: \(root)}"
    }
    #expect(try read(text("web3", "/srv/a")).pairs.count == 3)
    #expect(try read(text("web2", "/srv/b")).pairs.count == 3)
    for (root, relation) in [("/srv/a", "is, or is below, the path of"), ("/srv", "holds")] {
      expectMistake(
        text("web2", root), "3: pairs.b.root: `\(root)` \(relation)",
        "pairs.a.hosts.web2.root on line 2")
    }
  }

  @Test func anInheritedRootIsClaimedOnEachHost() {
    let text = """
      pairs:
        a: {repository: /r, root: /srv/a, hosts: {web1: , web2: }}
        b: {repository: /r, root: /srv/a, host: web2}
      """
    expectMistake(
      text, "3: pairs.b.root: `/srv/a` is, or is below, the path of pairs.a.root on line 2")
  }

  @Test func aRootHasToBeSomewhere() {
    expectMistake(
      Self.spread("web1: {root: /a}\nweb2: {sites: {b: }}"),
      "6: pairs.acme.hosts.web2: has no `root`; allowed: an absolute path such as /srv/acme")
    #expect(
      mistakes(Self.spread("web1: {}\nweb2: {}")).map { $0.prefix { $0 != ";" } } == [
        "5: pairs.acme.hosts.web1: has no `root`", "6: pairs.acme.hosts.web2: has no `root`",
      ])
  }

  @Test(arguments: [
    ("web9", "`web9` is no site or host of the pair; did you mean `web1`?"),
    ("x.example.com", "is no site or host of the pair; allowed: the names of its sites and hosts"),
    ("a;b", "may hold only letters"), ("-x", "allowed: the name of a site or a host"),
  ])
  func aCanaryIsASiteOrAHost(_ name: String, _ part: String) {
    expectMistake(
      Self.spread(Self.two, "canary: [a, \"\(name)\"]"), "7: pairs.acme.canary[1]: ", part)
  }

  @Test func aCanaryIsNamedOnceAndOneHostIsNone() {
    expectMistake(
      Self.spread(Self.two, "canary: [web1, a, web1]"),
      "7: pairs.acme.canary[2]: `web1` is named twice")
    expectMistake(
      Self.spread("web1: {root: /a, sites: {a: }}", "canary: [web1]"),
      "6: pairs.acme.canary[0]: `web1` is no site of the pair")
    expectMistake(
      Self.spread(Self.two, "canary: web1"), "found text `web1`; allowed: a list of sites and hosts"
    )
  }

  @Test(arguments: ["0", "1001", "-1", "all", "1.5"])
  func howManyHostsAtOnce(_ number: String) {
    expectMistake(
      Self.spread(Self.two, "hosts_at_once: \(number)"), "7: pairs.acme.hosts_at_once: found ",
      "allowed: a whole number from 1 to 1000")
  }

  @Test func theMistakesOfAllHostsAreToldAtOnce() {
    let found = mistakes(
      Self.spread("-x: {root: a}\nweb2: {rot: /b, sites: {A: }}", "host: web1\nhosts_at_once: 0"))
    #expect(
      found.map { $0.split(separator: ": ", maxSplits: 2).prefix(2).joined(separator: " ") } == [
        "5 pairs.acme.hosts.-x", "5 pairs.acme.hosts.-x.root", "6 pairs.acme.hosts.web2.rot",
        "6 pairs.acme.hosts.web2", "6 pairs.acme.hosts.web2.sites.A", "7 pairs.acme.host",
        "8 pairs.acme.hosts_at_once",
      ])
  }
}
