import Foundation
import Glibc
import RealServers
import Testing

@testable import LeapfrogControl

/// What `ssh -G` prints, as leapfrog reads it.
@Suite struct HostSettingsTests {
  /// What the real ssh says of a host of a configuration.
  private func settings(_ lines: String, name: String = "web1") throws -> HostSettings {
    let directory = try ServerDirectory()
    let file = try directory.write("Host web1\n\(lines)\n", "config")
    let printed = try Tool.run(["ssh", "-F", file, "-G", "--", name])
    return HostSettings(name: name, printed: printed, home: OpenSSH.home)
  }

  @Test func whatIsNotSaid() throws {
    let settings = try settings("")
    #expect(settings.address == "web1" && settings.port == 22 && settings.knownName == "web1")
    #expect(settings.user == NSUserName() && settings.family == "any")
    #expect(settings.connectTimeout == 10)
    #expect(settings.identityFiles.contains("\(OpenSSH.home)/.ssh/id_ed25519"))
    #expect(!settings.identitiesOnly && settings.identityAgent == nil)
    #expect(settings.userKnownHostsFile == "\(OpenSSH.home)/.ssh/known_hosts")
    #expect(settings.knownHostsFiles.contains("/etc/ssh/ssh_known_hosts"))
    #expect(settings.jumps.isEmpty && settings.proxyCommand == nil && settings.keyAlias == nil)
    #expect(!settings.hashesKnownHosts && settings.sendEnvironment.isEmpty)
  }

  @Test func whatIsSaid() throws {
    let settings = try settings(
      """
      HostName 192.0.2.7
      Port 2222
      User deploy
      AddressFamily inet6
      ConnectTimeout 3
      IdentityFile ~/.ssh/one
      IdentityFile /keys/two
      IdentitiesOnly yes
      IdentityAgent ~/agent
      HashKnownHosts yes
      UserKnownHostsFile ~/mine /others
      GlobalKnownHostsFile /global
      SendEnv CANARY_* LEAPFROG_X
      SendEnv LATER
      """)
    #expect(settings.address == "192.0.2.7" && settings.port == 2222 && settings.user == "deploy")
    #expect(settings.family == "inet6" && settings.connectTimeout == 3)
    #expect(
      settings.identityFiles == ["\(OpenSSH.home)/.ssh/one", "/keys/two"] && settings.identitiesOnly
    )
    #expect(settings.identityAgent == "\(OpenSSH.home)/agent" && settings.hashesKnownHosts)
    #expect(settings.userKnownHostsFile == "\(OpenSSH.home)/mine")
    #expect(settings.knownHostsFiles == ["\(OpenSSH.home)/mine", "/others", "/global"])
    #expect(settings.knownName == "[192.0.2.7]:2222")
    #expect(settings.sendEnvironment == ["CANARY_*", "LEAPFROG_X", "LATER"])
  }

  @Test func tokensAreFilledInAsSSHDoes() throws {
    let settings = try settings(
      """
      HostName 192.0.2.7
      Port 2222
      User deploy
      HostKeyAlias web1-key
      IdentityFile ~/.ssh/%h_%r
      IdentityFile %d/%n-%p-%u-%i
      IdentityFile /keys/%k/%%/%Z/${HOME}/${LEAPFROG_NONE}
      """)
    let home = OpenSSH.home
    #expect(settings.keyAlias == "web1-key" && settings.knownName == "web1-key")
    #expect(
      settings.identityFiles == [
        "\(home)/.ssh/192.0.2.7_deploy", "\(home)/web1-2222-\(NSUserName())-\(geteuid())",
        "/keys/web1-key/%/%Z/\(ProcessInfo.processInfo.environment["HOME"] ?? "")/${LEAPFROG_NONE}",
      ])
  }

  @Test func noTimeoutIsTheUsualOne() throws {
    #expect(HostSettings(name: "a", printed: "connecttimeout 0", home: "").connectTimeout == 10)
  }

  @Test func anAgentThatTheEnvironmentNames() throws {
    setenv("LEAPFROG_TEST_AGENT", "/run/agent", 1)
    for text in ["$LEAPFROG_TEST_AGENT", "${LEAPFROG_TEST_AGENT}"] {
      #expect(try settings("IdentityAgent \(text)").identityAgent == "/run/agent")
    }
    #expect(try settings("IdentityAgent $LEAPFROG_NONE").identityAgent == "none")
    #expect(try settings("IdentityAgent /run/%n").identityAgent == "/run/web1")
  }

  @Test func theListsOfRevokedKeys() throws {
    #expect(try settings("").revokedKeysFile == nil)
    #expect(
      try settings("RevokedHostKeys ~/revoked").revokedKeysFile == "\(OpenSSH.home)/revoked")
    #expect(try settings("RevokedHostKeys \"/a b\"").revokedKeysFile == "/a b")
  }

  @Test func anAliasIsTheNameThatIsKnown() throws {
    let settings = try settings("HostKeyAlias other\nPort 2222")
    #expect(settings.knownName == "other")
  }

  @Test func theHostsOnTheWay() throws {
    #expect(try settings("ProxyJump a,me@b:2222").jumps == ["a", "me@b:2222"])
    #expect(try settings("ProxyJump none").jumps.isEmpty)
    #expect(try settings("ProxyCommand nc %h %p").proxyCommand == "nc %h %p")
    #expect(try settings("ProxyCommand none").proxyCommand == nil)
  }

  @Test func noAgent() throws {
    #expect(try settings("IdentityAgent none").identityAgent == "none")
    #expect(try settings("IdentityAgent SSH_AUTH_SOCK").identityAgent == nil)
    #expect(try settings("UserKnownHostsFile none").userKnownHostsFile == nil)
  }

  @Test func theUserBeforeTheName() throws {
    #expect(try settings("User deploy", name: "me@web1").user == "me")
    #expect(try settings("User deploy", name: "me@web1").address == "web1")
  }

  @Test(
    arguments: [
      ("bast", nil, "bast", nil), ("me@bast", "me", "bast", nil),
      ("me@corp@bast:22", "me@corp", "bast", 22), ("ssh://me@[::1]:2222", "me", "::1", 2222),
      ("ssh://bast:22/", nil, "bast", 22),
    ] as [(String, String?, String, Int?)])
  func aHostOnTheWay(text: String, user: String?, host: String, port: Int?) {
    let jump = JumpName(text)
    #expect(jump.user == user && jump.host == host && jump.port == port)
  }

  @Test(
    arguments: [
      ("a", "a", nil), ("a:22", "a", 22), ("[::1]:2222", "::1", 2222), ("[::1]", "::1", nil),
      ("fe80::1", "fe80::1", nil), ("a:b", "a:b", nil), ("", "", nil), ("a:", "a:", nil),
    ] as [(String, String, Int?)])
  func aNameWithItsPort(text: String, host: String, port: Int?) {
    let found = JumpName.split(text)
    #expect(found.host == host && found.port == port)
  }
}
