import Foundation
import RealServers
import Testing

/// A real WordPress, three sites of one code base, from one release to the next.
@Suite struct WordPressTests {
  private static let (one, two, three) = (
    WordPressFarm.one, WordPressFarm.two, WordPressFarm.three
  )
  private let sites: WordPressFarm
  private var farm: Farm { sites.farm }

  init() throws {
    sites = try WordPressFarm()
    try sites.open()
  }

  @Test func threeSitesLeapAndTheTwoWhosePluginsFailComeBack() throws {
    let facts = try WordPressFarm.sites.map(sites.facts)
    let cookies = try WordPressFarm.sites.map(sites.logIn)
    let watch = ArgumentWatch(for: Array(sites.passwords.values))
    try expectPages("old", on: WordPressFarm.sites)
    try aMissingPluginStopsTheRelease()
    let bare = try [Self.two, Self.three].map(sites.dump)
    let partly = try sites.leapfrog("upgrade", "acme", "new")
    #expect(try [Self.two, Self.three].map(sites.dump) == bare)
    try expectTwoBack(partly)
    try continueWithoutThem()
    let seen = watch.stop()
    #expect(seen.found.isEmpty && seen.rounds > 100, "\(seen)")
    try expectUpgraded()
    #expect(try WordPressFarm.sites.map(sites.facts) == facts)
    try expectLogins(cookies)
    try expectNoSecrets(partly)
    try onlyKnownHostsAreServed()
    try aThemeMovesWithNoDowntime()
  }

  private func aMissingPluginStopsTheRelease() throws {
    let refused = try sites.leapfrog("upgrade", "acme", "gone", "--json")
    #expect(refused.status == 1, "\(refused.text)")
    #expect(
      refused.output.contains("the plugin loud.php is active, and missing"), "\(refused.text)")
    #expect(!refused.output.contains("\"step\":\"close\""), "\(refused.text)")
    for site in WordPressFarm.sites { #expect(try farm.platform(site) == "blue") }
  }

  /// The one fails when it is loaded, the other when a page is made.
  private func expectTwoBack(_ outcome: Outcome) throws {
    #expect(outcome.status == 3, "\(outcome.text)")
    #expect(outcome.output.contains("function_that_is_no_more"), "\(outcome.text)")
    #expect(try WordPressFarm.sites.map(farm.platform) == ["green", "blue", "blue"])
    #expect(try farm.closedSites().isEmpty)
    try expectPages("new", on: [Self.one])
    try expectPages("old", on: [Self.two, Self.three])
    let old = "\(WordPressRepository.oldVersion)"
    #expect(try sites.versions(Self.two) == [old])
    #expect(try sites.versions(Self.three) == [old, old])
  }

  private func continueWithoutThem() throws {
    for site in [Self.two, Self.three] {
      let none =
        "UPDATE wp_options SET option_value = 'a:0:{}' WHERE option_name = 'active_plugins'"
      _ = try sites.sql(none, in: site)
    }
    let rest = try sites.leapfrog("upgrade", "acme", "new", "--continue")
    #expect(rest.status == 0, "\(rest.text)")
  }

  private func aThemeMovesWithNoDowntime() throws {
    let moved = try sites.leapfrog("upgrade", "acme", "style")
    #expect(moved.status == 0, "\(moved.text)")
    let newest = try farm.newest()
    #expect(newest["express"] as? [String] == WordPressFarm.sites)
    #expect(newest["downtime"] as? Double == 0)
    try expectPages("style", on: WordPressFarm.sites)
  }

  // MARK: What is expected of the sites

  private func expectPages(_ release: String, on some: [String]) throws {
    for site in some {
      let page = try sites.ask("/", of: site)
      #expect(
        page.status == 200 && page.body.contains("release \(release), user nobody"), "\(page)")
      #expect(page.body.contains("Post 5 of \(site)") && page.body.contains("Grüße 🦊 it"))
      try expectUploads(site)
    }
    guard some.contains(Self.three) else { return }
    let page = try sites.ask("/second/", of: Self.three)
    #expect(page.body.contains("release \(release)") && page.body.contains("Post of the second"))
  }

  /// Also by the addresses from before the site came here.
  private func expectUploads(_ site: String) throws {
    let paths = try #require(sites.uploads[site])
    for (path, length) in zip(paths, ["note of \(site)".utf8.count, 65536]) {
      let answer = try sites.ask(path, of: "www.\(site)", method: "HEAD")
      #expect(answer.status == 200 && answer.headers["content-length"] == "\(length)", "\(path)")
      let old = try sites.ask(path.replacing("/\(site)/", with: "/"), of: site)
      #expect(old.status == 301 && old.headers["location"]?.hasSuffix(path) == true, "\(old)")
    }
  }

  private func expectUpgraded() throws {
    try expectPages("new", on: WordPressFarm.sites)
    let versions = try WordPressFarm.sites.flatMap(sites.versions)
    #expect(Set(versions).count == 1 && versions[0] > "\(WordPressRepository.oldVersion)")
    // WordPress renamed this option.
    let renamed = "option_name LIKE 'blacklist_keys' OR option_name = 'disallowed_keys'"
    for (site, prefix) in [(Self.one, "wp_"), (Self.three, "wp_"), (Self.three, "wp_2_")] {
      let rows = "SELECT option_name, option_value FROM \(prefix)options WHERE \(renamed)"
      #expect(try sites.sql(rows, in: site) == "disallowed_keys\tcasino")
    }
  }

  /// The sessions from before, and new ones with the old passwords.
  private func expectLogins(_ cookies: [String]) throws {
    for (site, cookie) in zip(WordPressFarm.sites, cookies) {
      for session in [cookie, try sites.logIn(to: site)] {
        let page = try sites.ask("/", of: site, headers: ["Cookie": session])
        #expect(page.body.contains("release new, user admin"), "\(page)")
      }
    }
  }

  private func expectNoSecrets(_ outcome: Outcome) throws {
    let names = try Shell.run(
      "/usr/bin/find", [farm.inRoot("backups").path], in: farm.directory)
    let events = try farm.leapfrog("events", "acme", "--json")
    for (site, password) in sites.passwords {
      let secret = String(password.dropFirst(5))
      for text in [outcome.text, names.output, events.text] { #expect(!text.contains(secret)) }
      let found = try Shell.run(
        "/bin/grep",
        ["-rlF", secret, farm.inRoot(".leapfrog").path, farm.directory.path + "/state"],
        in: farm.directory)
      #expect(found.status == 1 && found.output.isEmpty, "\(site): \(found.text)")
      for path in ["/wp-config.php", "/wp-config/\(site).php", "/wp-config/"] {
        #expect(try sites.ask(path, of: site).status == 404, "\(path)")
      }
    }
  }

  /// The wp-config.php that the profile wrote, asked without a web server that looks at names first.
  private func onlyKnownHostsAreServed() throws {
    let port = try Loopback.freePort()
    let platform = farm.inRoot("green").path
    let server = try ServerProcess(
      ["php", "-S", "127.0.0.1:\(port)", "-t", platform], directory: farm.directory.path)
    try server.waitUntilReady { Loopback.answers(port) }
    func status(_ host: String) throws -> Int {
      try HTTPConnection(port: port).ask("/index.php", host: host, keepsAlive: false).status
    }
    #expect(try status("ONE.example.com:\(port)") != 503)
    for host in [
      "", "four.example.com", "../../sites/one.example.com", "one.example.com/../x", ".", "..",
      "one.example.com%00", "../sites/one.example.com/wp-config", "-one.example.com",
    ] {
      #expect(try status(host) == 503, "\(host)")
    }
    let unnamed = try Shell.run(
      "/usr/bin/php", ["wp-cron.php"], in: farm.inRoot("green"),
      environment: ["LEAPFROG_SITE": ""])
    #expect(unnamed.status == 1 && unnamed.error.contains("leapfrog exec"), "\(unnamed.text)")
  }
}
