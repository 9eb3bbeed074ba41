import Testing

@testable import LeapfrogControl

@Suite struct AddressTests {
  @Test func aPasswordStaysOutOfSight() throws {
    let address = try RepositoryAddress("https://user:p%40ss@git.example.com:8443/a.git?x#y")
    #expect(address.plain == "https://git.example.com:8443/a.git?x#y")
    #expect(address.shown == "https://***@git.example.com:8443/a.git?x#y")
    #expect(address.credential == "https://user:p%40ss@git.example.com:8443")
    #expect(address.redact("bad 'p%40ss' or p@ss") == "bad '***' or ***")
    #expect(address.redact("at https://other:word@h/x") == "at https://***@h/x")
  }

  @Test func aNameIsNotShownAndGoesToGit() throws {
    let address = try RepositoryAddress("https://name@git.example.com/a.git")
    #expect(address.plain == "https://name@git.example.com/a.git")
    #expect(address.shown == "https://***@git.example.com/a.git")
    #expect(address.credential == nil)
  }

  @Test(arguments: ["/srv/a:b@c.git", "git@example.com:a.git", "ssh://git@example.com:22/a", "a"])
  func whatHasNoPasswordIsAsItWas(text: String) throws {
    let address = try RepositoryAddress(text)
    #expect(address.plain == text)
    #expect(address.shown == text)
    #expect(address.credential == nil)
  }

  @Test(arguments: ["", "-u", "--upload-pack=x", "a\nb", "ssh://git:secret@example.com/a", "a\0"])
  func whatGitCouldMistakeIsRefused(text: String) {
    let failure = failure { _ = try RepositoryAddress(text) }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains("secret") == false)
  }

  @Test func aMirrorIsNamedByItsPairAndAddressWithoutThePassword() {
    let one = Mirror.directory(below: "/m", pair: "acme", repository: "https://u:a@h/x")
    let other = Mirror.directory(below: "/m", pair: "acme", repository: "https://u:b@h/x")
    let third = Mirror.directory(below: "/m", pair: "acme", repository: "https://h/y")
    #expect(one == other)
    #expect(one != third)
    #expect(one.wholeMatch(of: /\/m\/acme-[0-9a-f]{8}\.git/) != nil)
  }
}
