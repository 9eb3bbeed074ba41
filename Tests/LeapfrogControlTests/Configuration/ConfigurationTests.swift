import LeapfrogCore
import Testing

@testable import LeapfrogControl

@Suite struct ConfigurationTests {
  static let whole = """
    # every key there is
    pairs:
      acme:
        repository: https://git.example.com/acme.git
        host: local
        root: /srv/acme
        app: command
        docroot: web
        build: [composer, install, --no-dev]
        jobs: 4
        canary: [intranet.example.com]
        max_failures: 2
        keep_backups: 5
        command_timeout: 600
        preview: http://127.0.0.1:8081
        address: http://127.0.0.1:80
        user: www-data
        sites:
          www.example.com:
          intranet.example.com:
            aliases: [intra.example.com]
            links: {"config/local.ini": "local.ini"}
            database: {engine: sqlite, path: data/site.sqlite}
            user: intra
            commands:
              install: ["./bin/install"]
              update: ["./bin/update", 3, true]
              pending: ./bin/pending --quiet
              close: []
              open:
            check: {url: "/?q=1", status: 403, contains: "</html>"}
      blog:
        repository: git@git.example.com:blog.git
        root: /srv/blog/
    """

  @Test func readsEveryKey() throws {
    let acme = try read(Self.whole).pair("acme")
    #expect(acme.repository == "https://git.example.com/acme.git")
    #expect(acme.host == "local")
    let sites = acme.spec.sites
    #expect(
      acme.spec
        == PairSpec(
          name: "acme", root: "/srv/acme", app: "command", docroot: "web",
          build: Command(["composer", "install", "--no-dev"]), jobs: 4,
          canary: ["intranet.example.com"], maxFailures: 2, keepBackups: 5, commandTimeout: 600,
          preview: "http://127.0.0.1:8081", address: "http://127.0.0.1:80", sites: sites))
    #expect(sites.map(\.name) == ["www.example.com", "intranet.example.com"])
    #expect(sites.first == SiteSpec(name: "www.example.com", user: "www-data"))
  }

  @Test func readsEveryKeyOfASite() throws {
    let spec = try read(Self.whole).pair("acme").spec
    #expect(
      spec.site("intranet.example.com")
        == SiteSpec(
          name: "intranet.example.com", aliases: ["intra.example.com"],
          links: ["config/local.ini": "local.ini"], database: .sqlite(path: "data/site.sqlite"),
          commands: SiteCommands(
            install: Command(["./bin/install"]), update: Command(["./bin/update", "3", "true"]),
            pending: Command(shell: "./bin/pending --quiet")),
          checks: [CheckSpec(url: "/?q=1", status: 403, contains: "</html>")], user: "intra"))
  }

  @Test func keepsTheOrderOfTheFileAndTheDefaults() throws {
    let configuration = try read(Self.whole)
    #expect(configuration.pairs.map(\.spec.name) == ["acme", "blog"])
    #expect(configuration.pairs.last?.spec == PairSpec(name: "blog", root: "/srv/blog"))
    #expect(configuration.pairs.last?.repository == "git@git.example.com:blog.git")
  }

  @Test func namesTheKnownPairsNearestFirst() throws {
    let configuration = try read(Self.whole)
    let failure = #expect(throws: Failure.self) { try configuration.pair("bolg") }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.hasSuffix("no pair `bolg`; known: blog, acme") == true)
  }

  @Test func aPairMayHaveNoSites() throws {
    for text in ["sites: {}", "sites:", "jobs: 1"] {
      #expect(try read(pairFile(text)).pairs.first?.spec.sites == [])
    }
    #expect(try read("pairs: {}   # none yet").pairs.isEmpty)
  }

  @Test func namesThatLookLikeOtherTypesAreText() throws {
    let pair = try read(pairFile("canary: [123, yes]\nsites: {123: , yes: {}, null: {}}")).pairs[0]
    #expect(pair.spec.sites.map(\.name) == ["123", "yes", "null"])
    #expect(pair.spec.canary == ["123", "yes"])
  }

  @Test func anchorsAndMergesAreFollowed() throws {
    let spec = try read(
      pairFile(
        """
        sites:
          a.example.com: &base
            check: {status: 404}
            commands: {update: [one]}
          b.example.com: *base
          c.example.com:
            <<: *base
            check: {contains: c}
        """)
    ).pairs[0].spec
    #expect(spec.site("b.example.com")?.checks.first?.status == 404)
    #expect(spec.site("c.example.com")?.checks == [CheckSpec(contains: "c")])
    #expect(spec.site("c.example.com")?.commands.update == Command(["one"]))
  }

  @Test func emptyCheckMeansItsDefaults() throws {
    #expect(try site("check: {}").checks == [CheckSpec()])
    #expect(try site("check:").checks.isEmpty)
    #expect(try site("database:").database == nil)
  }
}
