import Foundation
import Testing

/// How a release chooses its sites: canaries, jobs, failures, some sites first.
@Suite struct ReleaseOptionTests {
  private static let sites = (1...5).map { "s\($0).example.com" }

  /// An update that writes down who began and ended, and fails for the sites named in a file; where another
  /// file is, the first waits for a second one.
  private static let update = """
    #!/bin/sh
    log=$(dirname "$(dirname "$LEAPFROG_SITE_DATA")")/../order
    echo "began $LEAPFROG_SITE" >> "$log"
    n=0
    while [ -e "$log.meets" ] && [ $(grep -c ^began "$log") -lt 2 ] && [ $n -lt 600 ]; do
      sleep 0.1; n=$((n + 1))
    done
    sleep 0.3
    echo "ended $LEAPFROG_SITE" >> "$log"
    ! grep -qsx "$LEAPFROG_SITE" "$log.fails"

    """

  private func farm(_ extra: String) throws -> Farm {
    let farm = try Farm(sites: Self.sites, extra: extra)
    try farm.must("init", "acme", "v1")
    try farm.commit("next", on: "v2", ["bin/update": Self.update, "bin/pending": "#!/bin/sh\n"])
    return farm
  }

  private func order(_ farm: Farm) throws -> [String] {
    let url = farm.directory.appendingPathComponent("order")
    return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  private func fail(_ farm: Farm, _ sites: String...) throws {
    let text = sites.map { $0 + "\n" }.joined()
    try Data(text.utf8).write(to: farm.directory.appendingPathComponent("order.fails"))
  }

  @Test func aCanaryThatFailsStopsTheRelease() throws {
    let farm = try farm("    canary: [s3.example.com]")
    try fail(farm, "s3.example.com")
    let outcome = try farm.leapfrog("upgrade", "acme", "next")
    #expect(outcome.status == 1, "\(outcome.text)")
    #expect(try order(farm) == ["began s3.example.com", "ended s3.example.com"])
    for site in farm.sites { #expect(try farm.platform(site) == "blue") }
    try fail(farm)
    try farm.must("upgrade", "acme", "next")
    #expect(try order(farm).dropFirst(2).first == "began s3.example.com")
    for site in farm.sites { #expect(try farm.platform(site) == "green") }
  }

  @Test func theNextCanaryIsNotBegunAfterOneFailed() throws {
    let farm = try farm("    canary: [s2.example.com, s4.example.com]")
    try fail(farm, "s2.example.com")
    let outcome = try farm.leapfrog("upgrade", "acme", "next")
    #expect(outcome.status == 1, "\(outcome.text)")
    #expect(try order(farm) == ["began s2.example.com", "ended s2.example.com"])
    for site in farm.sites { #expect(try farm.platform(site) == "blue") }
  }

  /// Also one that is named twice; what comes next is for that site too.
  @Test func onlyTheSiteThatIsNamedIsMeant() throws {
    let farm = try farm("")
    let site = "s2.example.com"
    try fail(farm, site)
    let outcome = try farm.leapfrog("upgrade", "acme", "next", "--site", site, "--site", site)
    #expect(outcome.status == 1, "\(outcome.text)")
    #expect(outcome.output.contains("next: leapfrog upgrade acme next --site \(site)"))
    try fail(farm)
    try farm.must("upgrade", "acme", "next", "--site", site, "--site", site)
    #expect(
      try order(farm) == ["began \(site)", "ended \(site)", "began \(site)", "ended \(site)"])
    #expect(try farm.sites.filter { try farm.platform($0) == "green" } == [site])
  }

  @Test func aLogThatCannotBeWrittenChangesNothing() throws {
    let farm = try farm("")
    let leapfrog = Shell.products.appendingPathComponent("leapfrog").path
    let outcome = try Shell.run(
      "/bin/sh", ["-c", "'\(leapfrog)' upgrade acme next --json > /dev/full"],
      in: farm.directory, environment: farm.environment)
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.error.contains("the output cannot be written"), "\(outcome.text)")
    for site in farm.sites { #expect(try farm.platform(site) == "green") }
  }

  @Test func jobsMoveSitesAtOnce() throws {
    let farm = try farm("    jobs: 3")
    try Data().write(to: farm.directory.appendingPathComponent("order.meets"))
    try fail(farm, "s2.example.com")
    let outcome = try farm.leapfrog("upgrade", "acme", "next")
    #expect(outcome.status == 3, "\(outcome.text)")
    var (now, most) = (0, 0)
    for line in try order(farm) {
      now += line.hasPrefix("began") ? 1 : -1
      most = max(most, now)
    }
    #expect((2...3).contains(most))
    for site in farm.sites {
      #expect(try farm.platform(site) == (site == "s2.example.com" ? "blue" : "green"))
    }
    #expect(try farm.closedSites().isEmpty)
  }

  @Test func aReleaseStopsAfterSoManyFailures() throws {
    let farm = try farm("    max_failures: 1")
    try fail(farm, "s2.example.com")
    let outcome = try farm.leapfrog("upgrade", "acme", "next")
    #expect(outcome.status == 3, "\(outcome.text)")
    #expect(try order(farm).filter { $0.hasPrefix("began") }.count == 2)
    #expect(try farm.sites.map(farm.platform) == ["green", "blue", "blue", "blue", "blue"])
    try fail(farm)
    try farm.must("upgrade", "acme", "next", "--continue")
    for site in farm.sites { #expect(try farm.platform(site) == "green") }
  }

  @Test func oneSiteMovesAndTheOthersFollow() throws {
    let farm = try farm("")
    try farm.must("upgrade", "acme", "next", "--site", "s4.example.com")
    #expect(try farm.sites.map(farm.platform) == ["blue", "blue", "blue", "green", "blue"])
    try farm.must("upgrade", "acme", "--continue")
    for site in farm.sites { #expect(try farm.platform(site) == "green") }
    let again = try farm.leapfrog("upgrade", "acme", "next")
    #expect(again.status == 0 && again.output.contains("nothing to do"), "\(again.text)")
  }

  @Test func whatIsStagedIsNotStagedAgain() throws {
    let farm = try farm("    build: [sh, -c, 'echo built >> ../builds']\n    build_user: root")
    try farm.must("upgrade", "acme", "next", "--stage-only")
    let stamp = try Listing.of(farm.inRoot("green"))
    let outcome = try farm.leapfrog("upgrade", "acme", "next")
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.output.contains("on green: 0 written, 0 removed"), "\(outcome.text)")
    let builds = try String(contentsOf: farm.inRoot("builds"), encoding: .utf8)
    #expect(builds == "built\nbuilt\n", "one for init, one for the stage")
    let after = try Listing.of(farm.inRoot("green")).filter { !$0.key.hasPrefix("config") }
    #expect(Listing.differences(after, stamp).allSatisfy { $0.isEmpty })
  }

  @Test func aFileEditedByHandIsNamedAndPutRight() throws {
    let farm = try farm("")
    try farm.must("pull", "acme", "v2")
    try Data("hacked".utf8).write(to: farm.inRoot("green/index.html"))
    let outcome = try farm.leapfrog("upgrade", "acme", "next")
    #expect(outcome.status == 0 && outcome.text.contains("index.html"), "\(outcome.text)")
    #expect(try farm.page(farm.sites[0]).contains("version 2"))
  }
}
