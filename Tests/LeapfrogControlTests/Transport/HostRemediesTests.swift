import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogControl

/// No word of a host is printed as a command: what is known is put together again, all else is quoted.
@Suite struct HostRemediesTests {
  private let remedies = HostRemedies(
    host: "web1", executable: "/home/me/x/leapfrog-host",
    pair: PairSpec(
      name: "acme", root: "/srv/acme",
      sites: [SiteSpec(name: "a.example.com"), SiteSpec(name: "b.example.com")]))

  @Test(arguments: [
    ("leapfrog resume acme", "leapfrog resume acme"),
    ("leapfrog resume acme --site a.example.com", "leapfrog resume acme --site a.example.com"),
    ("leapfrog abort acme --site a.example.com", "leapfrog abort acme --site a.example.com"),
    ("leapfrog site list acme --host web1", "leapfrog site list acme --host web1"),
    (
      "leapfrog upgrade acme release/2.0 --continue", "leapfrog upgrade acme release/2.0 --continue"
    ),
    (
      "leapfrog rollback acme --site a.example.com --site b.example.com",
      "leapfrog rollback acme --site a.example.com --site b.example.com"
    ),
    ("leapfrog events acme --output m8-update-1", "leapfrog events acme --output m8-update-1"),
    ("leapfrog exec --wait 600 a.example.com -- …", "leapfrog exec --wait 600 a.example.com -- …"),
    ("GRANT SET USER ON *.* TO me", "GRANT SET USER ON *.* TO me"),
    (
      "leapfrog-host rebuild /srv/acme", "ssh web1 /home/me/x/leapfrog-host rebuild /srv/acme"
    ),
    ("rm /srv/acme/maintenance/a.example.com", "ssh web1 rm /srv/acme/maintenance/a.example.com"),
    ("df -h /srv/acme/blue", "ssh web1 df -h /srv/acme/blue"), ("ps axf", "ssh web1 ps axf"),
  ]) func knownOnesAreTypedHere(there: String, here: String) {
    #expect(remedies.command(there) == here)
  }

  @Test func aPlannedReleaseIsNoShellCommand() throws {
    let commit = try #require(ObjectID(String(repeating: "a", count: 40)))
    func command(_ ref: String, _ site: String) -> String {
      PlannedRelease(ref: ref, commit: commit, sites: [site], actor: "me", time: .now, stamp: 1)
        .command(of: "acme")
    }
    #expect(
      command("v1", "a.example.com") == "leapfrog upgrade acme v1 --continue --site a.example.com")
    #expect(
      command("v1; id", "$(id)") == "leapfrog upgrade acme 'v1; id' --continue --site '$(id)'")
    #expect(command("--yes", "-x") == "leapfrog upgrade acme REF --continue --site SITE")
  }

  @Test(arguments: [
    "rm -rf /", "cat /srv/acme/.leapfrog/jobs/m1/output", "leapfrog", "leapfrog resume",
    "leapfrog resume acme; rm -rf ~", "leapfrog resume acme && id", "leapfrog resume $(id)",
    "leapfrog resume shop", "leapfrog site remove acme a.example.com",
    "leapfrog restore acme a.example.com --yes", "leapfrog rollback acme --yes",
    "leapfrog rollback acme --site c.example.com", "leapfrog rollback acme --site",
    "leapfrog upgrade acme --config=/tmp/x", "leapfrog upgrade acme `id`",
    "leapfrog upgrade acme v1 --continue --yes", "leapfrog upgrade acme v1\nid",
    "leapfrog  resume acme", " leapfrog resume acme", "leapfrog resume acme ",
    "GRANT ALL ON *.* TO me", "GRANT SET USER ON *.* TO me; DROP DATABASE x",
    "rm /srv/acme/maintenance/c.example.com", "rm /srv/acme/maintenance/../a.example.com",
    "rm /srv/shop/maintenance/a.example.com", "df -h /srv/$HOME", "df -h ../x", "df -h /a/../b",
    "leapfrog-host rebuild /srv/shop", "leapfrog-host rebuild /srv/acme2", "apt-get install -y x",
    "ls -l /x;id", "\u{1B}[2Jleapfrog resume acme", "leapfrog resume acme\u{0}", "",
    "leapfrog exec --wait 600 a.example.com -- rm", "leapfrog init acme ü",
  ]) func allElseIsWhatTheHostSaid(there: String) {
    #expect(remedies.command(there) == nil)
    let heard = Failure.failed("it broke", remedy: there).heard(remedies)
    #expect(heard.remedy == nil)
    #expect(!"\(heard)".contains("run `"), "\(heard)")
    #expect(heard.message.hasPrefix("it broke; web1 says: \""))
    let sentence = remedies.text("it broke; run `\(there)`")
    #expect(!sentence.contains("run `"), "\(sentence)")
  }

  @Test func withoutAPairNoCommandOfLeapfrogIsKnown() {
    var other = remedies
    other.pair = nil
    #expect(other.command("leapfrog resume acme") == nil)
    #expect(other.command("df -h /srv") == "ssh web1 df -h /srv")
  }

  @Test(arguments: [
    ("nothing to do", "nothing to do"), ("", ""),
    ("no space; run `df -h /srv`", "no space; run `ssh web1 df -h /srv`"),
    (
      "run `ps axf`, then run `leapfrog resume acme`",
      "run `ssh web1 ps axf`, then run `leapfrog resume acme`"
    ),
    ("cut: run `cat", "cut: web1 says: \"cat\""),
    ("x; run `rm -rf ~` now", "x; web1 says: \"rm -rf ~\" now"),
  ]) func sentences(there: String, here: String) { #expect(remedies.text(there) == here) }

  @Test func everyAnswerThatAdvisesIsHeard() throws {
    let bad = "x; run `rm -rf ~`"
    let finding = Finding(subject: "space", good: false, message: bad, remedy: "rm -rf ~")
    let site = SiteStatus(name: "a", platform: .blue, state: .stuck, reason: bad)
    var release = ReleaseStatus(
      id: 1, kind: .upgrade, state: .stuck, actor: "a", started: Date(), reason: bad,
      next: ["leapfrog resume acme", "rm -rf ~", "leapfrog resume acme; id"])
    release = release.heard(remedies)
    #expect(release.next == ["leapfrog resume acme"])
    let status = PairStatus(
      name: "acme", root: "/r", platforms: [:], sites: [site], release: release)
    let event = Event(release: 1, kind: .stepFailed, text: bad)
    let heard: [any HostAnswer] = [
      finding, [finding], status, release, EventsResult(events: [event], release: release),
      Survey(status: status, sites: [], freeBytes: 0),
      UnitsResult(installed: false, paths: [], reason: bad),
      BackupInfo(
        id: "x", site: "a", made: Date(), commit: nil, ref: nil, platform: nil, verified: false,
        fault: bad, databaseBytes: 0, files: 0, fileBytes: 0),
    ]
    for answer in heard {
      let text = try json(answer)
      #expect(!text.contains("run `rm") && !text.contains("\"remedy\":\"rm"), "\(text)")
    }
  }

  private func json(_ answer: some HostAnswer) throws -> String {
    String(decoding: try Wire.encoder().encode(answer.heard(remedies)), as: UTF8.self)
  }
}
