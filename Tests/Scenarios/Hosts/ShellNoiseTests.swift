import Foundation
import RealServers
import Testing

/// Accounts whose shell says more than it was asked, or does nothing for anybody.
@Suite struct ShellNoiseTests {
  private func host(
    banner: String? = nil, _ extra: [String] = [], environment: [String: String] = [:]
  ) throws -> HostCase {
    try HostCase(server: {
      try SSHDServer(authorized: [$0], environment: environment, banner: banner, extra: extra)
    })
  }

  @Test func aBannerAndAProfileThatTalk() throws {
    let host = try host(banner: "Property of ACME.\nGo away.\n")
    let profile = """
      echo 'Welcome to web1!'
      printf 'no newline, and an odd byte: \\377'
      echo 'it is said on standard error too' >&2

      """
    try Data(profile.utf8).write(to: URL(fileURLWithPath: "\(host.server.home)/.bashrc"))
    #expect(try host.client.ssh("web1", "true").output.contains("Welcome to web1!"))
    try host.expectSight()
    let look = try host.leapfrog("status", "acme")
    #expect(!look.text.contains("Welcome") && !look.text.contains("ACME"), "\(look.text)")
  }

  @Test func muchNoiseIsPassedOver() throws {
    let talk = #"ForceCommand seq 1 100000; exec sh -c "$SSH_ORIGINAL_COMMAND""#
    try host([talk]).expectSight()
  }

  @Test func noiseWithoutEndIsGivenUp() throws {
    try host(["ForceCommand yes all day long"]).expectRefusal(
      1, "lets nobody run a command", "all day long", "`ssh web1 true`")
  }

  @Test func aShellThatSaysNothing() throws {
    let host = try host(["ForceCommand /bin/false"])
    try host.expectRefusal(
      1, "lets nobody run a command", "instead of an answer came `nothing`", "`ssh web1 true`")
    for command in [["host", "check", "web1"], ["exec", "one.example.com", "--", "true"]] {
      try host.refused(command, 1, "lets nobody run a command", "`ssh web1 true`")
    }
  }

  @Test(arguments: ["", " >&2"]) func aShellThatSaysWhy(to: String) throws {
    let refusal = "echo This account is disabled, see https://me:secret@example.com/why"
    try host(["ForceCommand \(refusal)\(to)"]).expectRefusal(
      1, "This account is disabled", "https://***@example.com/why")
  }

  @Test func anAccountWithoutAShell() throws {
    let host = try HostCase { $0.user = "nobody" }
    try host.expectRefusal(1, "This account is currently not available")
  }

  @Test func aShellThatNeverAnswers() throws {
    let host = try host(["ForceCommand sleep 30"])
    let look = try host.leapfrog("status", "acme", "--timeout", "1")
    #expect(look.status == 1 && look.output.contains("does not answer within 1 s"), "\(look.text)")
  }

  @Test(arguments: ["/bin/dash", "/bin/bash", "/bin/sh"])
  func anyShellUnderstandsWhatItIsTold(shell: String) throws {
    try host([#"ForceCommand exec \#(shell) -c "$SSH_ORIGINAL_COMMAND""#]).expectSight()
  }
}
