import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogControl

/// What a host advises is typed where leapfrog is.
@Suite struct HostShellTests {
  private let shell = HostShell(host: "web1", executable: "/home/me/x/leapfrog-host")

  @Test(arguments: [
    ("cat /srv/acme/out", "ssh web1 cat /srv/acme/out"),
    ("psql -c 'GRANT a TO b'", #"ssh web1 'psql -c '\''GRANT a TO b'\'''"#),
    ("leapfrog-host rebuild /srv/acme", "ssh web1 /home/me/x/leapfrog-host rebuild /srv/acme"),
    ("leapfrog resume acme", "leapfrog resume acme"),
    ("GRANT SET USER ON *.* TO me", "GRANT SET USER ON *.* TO me"),
  ]) func commands(there: String, here: String) { #expect(shell.typed(there) == here) }

  @Test(arguments: [
    ("nothing to do", "nothing to do"),
    ("no space; run `df -h /srv`", "no space; run `ssh web1 df -h /srv`"),
    (
      "run `ps axf`, then run `leapfrog resume acme`",
      "run `ssh web1 ps axf`, then run `leapfrog resume acme`"
    ),
    ("cut: run `cat", "cut: run `cat"), ("", ""),
  ]) func sentences(there: String, here: String) { #expect(shell.text(there) == here) }

  @Test func everyAnswerThatAdvisesIsTurned() throws {
    let finding = Finding(subject: "space", good: false, message: "full", remedy: "df -h /")
    #expect([finding].worded(shell).first?.remedy == "ssh web1 df -h /")
    let site = SiteStatus(name: "a", platform: .blue, state: .stuck, reason: "run `cat /x`")
    var status = PairStatus(name: "acme", root: "/r", platforms: [:], sites: [site], release: nil)
    status = status.worded(shell)
    #expect(status.sites.first?.reason == "run `ssh web1 cat /x`")
    let event = Event(release: 1, kind: .stepFailed, text: "run `cat /x`")
    let events = EventsResult(events: [event], release: nil).worded(shell)
    #expect(events.events.first?.text == "run `ssh web1 cat /x`")
  }
}
