import Foundation
import RealServers
import Testing

/// Two sites whose apps say themselves where their data is: in a file of each site's, or in the code.
@Suite struct OneDatabaseTests {
  private let farm: Farm
  private let server: MariaDBServer
  private let one = "one.example.com"
  private let two = "two.example.com"
  private let names = (1...3).map { _ in "own\(UInt32.random(in: 0 ... .max))" }

  init() throws {
    farm = try Farm(sites: ["one.example.com", "two.example.com"])
    server = try MariaDBServer.shared()
    for name in names { try server.makeDatabase(name, user: name, password: "p4ss") }
    // One user of two databases, as a host has where it gives a customer several.
    try server.sql("GRANT ALL ON `\(names[2])`.* TO \(names[0])")
    try farm.commit("one", on: "v1", ["bin/credentials": Self.fromData])
    try farm.commit("two", ["index.html": "<html>version 2</html>"])
    try farm.write(
      """
      pairs:
        acme:
          repository: \(farm.repository.path)
          root: \(farm.root.path)
          sites:
            \(one): {database: {engine: mariadb}, commands: {credentials: [bin/credentials]}}
            \(two): {database: {engine: mariadb}, commands: {credentials: [bin/credentials]}}
      """)
    for (index, site) in [one, two].enumerated() {
      try FileManager.default.createDirectory(
        at: farm.data(site), withIntermediateDirectories: true)
      try settings(of: site, name: names[index], user: names[index], place)
    }
  }

  private static let fromData = "#!/bin/sh\nexec cat \"$LEAPFROG_SITE_DATA/settings.json\"\n"
  private var place: String { "\"socket\": \"\(server.socket)\"" }

  private func settings(of site: String, name: String, user: String, _ place: String) throws {
    let text = "{\"name\": \"\(name)\", \"user\": \"\(user)\", \"password\": \"p4ss\", \(place)}"
    try Data(text.utf8).write(to: farm.data(site).appendingPathComponent("settings.json"))
  }

  private func expectNobodyMoved(_ shown: Comment, from platform: String = "blue") throws {
    #expect(try [one, two].map(farm.platform) == [platform, platform], shown)
    #expect(try farm.closedSites().isEmpty, shown)
    let events = try farm.leapfrog("events", "acme", "--json").output
    #expect(!events.contains("\"close\""), shown)
  }

  /// R1: one database by a socket and by an address, which no text tells.
  @Test func twoSitesOfOneDatabaseAreRefusedBeforeOneIsClosed() throws {
    try farm.must("init", "acme", "one")
    let address = "\"host\": \"127.0.0.1\", \"port\": \(server.port)"
    try settings(of: two, name: names[0], user: names[0], address)
    let refused = try farm.leapfrog("upgrade", "acme", "two", "--site", two)
    #expect(refused.status == 1, "\(refused.text)")
    #expect(
      refused.text.contains("of \(two) of acme belongs to \(one) of acme"), "\(refused.text)")
    try expectNobodyMoved("\(refused.text)")
    // Where neither has it yet, neither gets it.
    for site in [one, two] { _ = try farm.host("claims", "release", farm.root.path, site) }
    let both = try farm.leapfrog("upgrade", "acme", "two")
    #expect(both.status == 1, "\(both.text)")
    for (site, other) in [(one, two), (two, one)] {
      #expect(
        both.text.contains(
          "of \(site) of acme is also where the settings lead of \(other) of acme"),
        "\(both.text)")
    }
    try expectNobodyMoved("\(both.text)")
    try settings(of: two, name: names[1], user: names[1], place)
    try farm.must("upgrade", "acme", "two")
    #expect(try farm.host("claims").output.split(separator: "\n").count == 2)
    try farm.must("site", "remove", "acme", two, "--yes")
    #expect(try !farm.host("claims").output.contains(two))
    try settings(of: two, name: names[0], user: names[0], address)
    let added = try farm.leapfrog("site", "add", "acme", two)
    #expect(added.status != 0 && added.text.contains("belongs to \(one)"), "\(added.text)")
  }

  /// F2: the repository gains settings that name a database of somebody else.
  @Test func newCodeThatLeadsToAnotherDatabaseIsRefused() throws {
    try farm.must("init", "acme", "one")
    let told =
      "{\"name\": \"\(names[2])\", \"user\": \"\(names[0])\", \"password\": \"p4ss\", \(place)}"
    try farm.commit(
      "three", ["bin/credentials": "#!/bin/sh\nprintf '%s' '\(told)'\n", "index.html": "v3"])
    let refused = try farm.leapfrog("upgrade", "acme", "three")
    #expect(refused.status == 1, "\(refused.text)")
    #expect(
      refused.text.contains("the database \(names[2])")
        && refused.text.contains("the database \(names[0])"), "\(refused.text)")
    #expect(!refused.text.contains("p4ss"))
    try expectNobodyMoved("\(refused.text)")
    // Another way to the same one is no other database.
    try farm.commit(
      "four",
      [
        "bin/credentials": """
        #!/bin/sh
        sed 's|"socket": "[^"]*"|"host": "127.0.0.1", "port": \(server.port)|' \
          "$LEAPFROG_SITE_DATA/settings.json"

        """, "index.html": "v4",
      ])
    try farm.must("upgrade", "acme", "four")
    #expect(try [one, two].map(farm.platform) == ["green", "green"])
  }
}
