import LeapfrogCore
import Testing

@testable import LeapfrogControl

/// A pair on several hosts, as it is read.
@Suite struct HostsTests {
  static let whole = """
    pairs:
      acme:
        repository: https://git.example.com/acme.git
        root: /srv/acme
        preview: http://127.0.0.1:8081
        address: http://127.0.0.1:80
        hosts_at_once: 2
        max_failures: 3
        canary: [c.example.com, web1, b.example.com]
        hosts:
          web1:
            sites: {a.example.com: , b.example.com: {aliases: [www.b.example.com]}}
          deploy@web2.example.com:
            root: /srv/other/
            preview: http://127.0.0.1:9081
            address: http://127.0.0.1:90
            sites: {c.example.com: , d.example.com: }
          web3: {}
      blog:
        repository: /src/blog.git
        root: /srv/blog
        hosts: {web1: {sites: {blog.example.com: }}}
    """

  private func acme() throws -> PairGroup { try read(Self.whole).group("acme") }

  @Test func aPairIsReadOnceForEachHost() throws {
    let configuration = try read(Self.whole)
    #expect(configuration.pairs.map(\.spec.name) == ["acme", "acme", "acme", "blog"])
    #expect(configuration.names == ["acme", "blog"])
    #expect(configuration.hosts == ["web1", "deploy@web2.example.com", "web3"])
    let pairs = try acme().members
    #expect(pairs.map(\.spec.root) == ["/srv/acme", "/srv/other", "/srv/acme"])
    #expect(
      pairs.map { $0.spec.sites.map(\.name) } == [
        ["a.example.com", "b.example.com"], ["c.example.com", "d.example.com"], [],
      ])
    #expect(pairs[0].spec.site("b.example.com")?.aliases == ["www.b.example.com"])
  }

  @Test func whatAHostDoesNotSayIsThePairs() throws {
    let pairs = try acme().members
    let (own, inherited) = (pairs[1].spec, pairs[2].spec)
    #expect([own.preview, own.address] == ["http://127.0.0.1:9081", "http://127.0.0.1:90"])
    #expect(
      [inherited.preview, inherited.address] == ["http://127.0.0.1:8081", "http://127.0.0.1:80"])
    #expect(pairs.map(\.spec.maxFailures) == [3, 3, 3])
    #expect(Set(pairs.map(\.repository)) == ["https://git.example.com/acme.git"])
  }

  @Test func canariesAreSitesAndHosts() throws {
    let pairs = try acme().members
    #expect(
      pairs.map(\.spec.canary) == [["b.example.com"], ["c.example.com"], []])
    for pair in pairs { #expect(pair.canaryHosts == ["deploy@web2.example.com", "web1"]) }
  }

  @Test func howManyHostsAreWorkedOnAtOnce() throws {
    #expect(try acme().members.map(\.hostsAtOnce) == [2, 2, 2])
    #expect(try read(Self.whole).pair("blog").hostsAtOnce == 10)
  }

  @Test func oneHostAmongHostsIsAPairAsAnyOther() throws {
    let group = try read(Self.whole).group("blog")
    #expect(!group.isSpread)
    #expect(try group.member(on: nil).host == "web1")
    #expect(group.members[0].canaryHosts.isEmpty)
    #expect(try acme().isSpread)
  }

  @Test(arguments: ["local", "web-1", "_web", "a.b.example.com", "deploy@web2", "web1:2222"])
  func namesOfHostsAsSSHTakesThem(_ name: String) throws {
    let text = pairFile("hosts: {\"\(name)\": {}}")
    #expect(try read(text).hosts == [name])
    #expect(try read(pairFile("host: \"\(name)\"")).hosts == [name])
  }

  // MARK: Finding a member

  @Test func theHostHasToBeNamedWhereThereAreSeveral() throws {
    let group = try acme()
    #expect(try group.member(on: "web3").host == "web3")
    let unnamed = failure { _ = try group.member(on: nil) }
    #expect(unnamed?.kind == .usage)
    #expect(
      unnamed?.message
        == "acme is on several hosts (web1, deploy@web2.example.com, web3); name one with --host")
    let unknown = failure { _ = try group.member(on: "web9") }
    #expect(unknown?.kind == .usage)
    #expect(
      unknown?.message
        == "acme is not on `web9`; its hosts: web1, deploy@web2.example.com, web3")
    #expect(failure { _ = try read(Self.whole).pair("acme") }?.kind == .usage)
    #expect(try read(Self.whole).pair("acme", on: "web3").host == "web3")
  }

  @Test func aSiteHasItsHost() throws {
    let group = try acme()
    #expect(group.member(with: "d.example.com")?.host == "deploy@web2.example.com")
    #expect(group.member(with: "a.example.com")?.host == "web1")
    #expect(group.member(with: "www.b.example.com") == nil)
    #expect(group.member(with: "blog.example.com") == nil)
  }

  @Test func membersAreThoseOfTheHostsAndTheSites() throws {
    let group = try acme()
    func hosts(_ hosts: [String], _ sites: [String]) throws -> [String] {
      try group.members(on: hosts, with: sites).map(\.host)
    }
    #expect(try hosts([], []) == ["web1", "deploy@web2.example.com", "web3"])
    #expect(try hosts(["web3", "web1"], []) == ["web1", "web3"])
    #expect(try hosts([], ["d.example.com"]) == ["deploy@web2.example.com"])
    #expect(
      try hosts([], ["d.example.com", "a.example.com"]) == ["web1", "deploy@web2.example.com"])
    #expect(try hosts(["web1"], ["a.example.com"]) == ["web1"])
  }

  @Test func aMemberThatIsNoneIsRefused() throws {
    let group = try acme()
    let host = failure { _ = try group.members(on: ["web1", "web9"], with: []) }
    #expect(host?.message.hasPrefix("acme is not on `web9`") == true)
    let site = failure { _ = try group.members(on: [], with: ["x.example.com"]) }
    #expect(site?.message == "acme has no site x.example.com")
    #expect(site?.remedy == "leapfrog site list acme")
  }

  @Test(arguments: [["d.example.com"], ["a.example.com", "d.example.com"]])
  func aSiteOnAnotherHostThanTheOneNamedIsRefused(_ sites: [String]) throws {
    let group = try acme()
    let failure = failure { _ = try group.members(on: ["web1"], with: sites) }
    #expect(failure?.kind == .usage)
    #expect(failure?.message == "d.example.com is on deploy@web2.example.com, not on web1")
  }
}
