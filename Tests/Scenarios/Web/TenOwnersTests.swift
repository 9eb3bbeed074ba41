import Foundation
import Glibc
import RealServers
import Testing

/// Each of ten sites' users tries to reach the next one's data, or root's, by all that leapfrog does for it.
@Suite(.serialized, .enabled(if: getuid() == 0)) struct TenOwnersTests {
  @Test func nobodyReachesAnotherByARelease() throws {
    let owners = try TenOwners()
    var table: [String] = []
    for (number, tries) in TenOwnersTry.rounds.enumerated() {
      let isLast = number == TenOwnersTry.rounds.count - 1
      let tag = "r\(number)"
      try owners.farm.commit(tag, ["bin/credentials": Self.credentials(owners, isHostile: isLast)])
      let data = try TenOwners.sites.map(owners.fingerprint)
      let platform = try owners.farm.platform(TenOwners.sites[0])
      for one in tries { try one.prepare(owners, one.site, TenOwners.other(one.site)) }
      let trap = try number == 1 ? SocketTrap(owners, TenOwners.sites[3]) : nil
      let outcome = try owners.leapfrog("upgrade", "acme", tag)
      try trap?.expectOwnAlone()
      table += try tries.map { try judge($0, owners, outcome, platform) }
      try expectNothingTaken(owners, outcome)
      try expectUntouched(owners, data, platform, but: tries.map(\.site))
      guard !isLast else { break }
      for one in tries { try owners.restore(one.site) }
      if outcome.status != 0 { try owners.succeed("upgrade", "acme", tag, "--continue") }
    }
    table += try expectTerminalKept(owners)
    print(table.joined(separator: "\n"))
  }

  /// A row of the table: site, way, try, what was seen.
  private func judge(
    _ one: TenOwnersTry, _ owners: TenOwners, _ outcome: Outcome, _ platform: String
  ) throws -> String {
    let lines = outcome.output.split(separator: "\n").filter { $0.contains(" \(one.site): ") }
    let hasMoved = try owners.farm.platform(one.site) != platform
    switch one.result {
    case .refused(let words):
      #expect(!hasMoved, "\(one.what): \(outcome.text)")
      for word in words {
        let named = word.replacingOccurrences(of: "OWN", with: owners.database(one.site))
          .replacingOccurrences(of: "OTHER", with: owners.database(TenOwners.other(one.site)))
        #expect(lines.contains { $0.contains(named) }, "\(one.what): \(outcome.text)")
      }
      #expect(!lines.contains { $0.contains("down for") }, "\(one.what): \(outcome.text)")
    case .moves: #expect(hasMoved, "\(one.what): \(outcome.text)")
    case .contained: #expect(try owners.farm.closedSites().isEmpty, "\(one.what): \(outcome.text)")
    }
    let seen = lines.first { $0.contains("failed") } ?? lines.last ?? ""
    return
      "\(one.site) | \(one.way) | \(one.what) | \(hasMoved ? "moved" : "not moved") | \(seen.prefix(200))"
  }

  private func expectNothingTaken(_ owners: TenOwners, _ outcome: Outcome) throws {
    for site in TenOwners.sites {
      #expect(try owners.taken(site).isEmpty, "\(site)")
      let reached = owners.farm.data(site).appendingPathComponent("reached.txt")
      #expect(!FileManager.default.fileExists(atPath: reached.path))
    }
    let words = TenOwners.sites.map(owners.canary) + [owners.rootsCanary]
    for word in words { #expect(!outcome.text.contains(word), "\(outcome.text)") }
    let found = try Shell.run(
      "/bin/grep", ["-rlaE", words.joined(separator: "|"), ".leapfrog", "blue", "green"],
      in: owners.farm.root)
    #expect(found.output.isEmpty, "\(found.text)")
  }

  /// The others have moved, with the data that they had, and their updates got nothing of root's.
  private func expectUntouched(
    _ owners: TenOwners, _ data: [String], _ platform: String, but tries: [String]
  ) throws {
    for (site, before) in zip(TenOwners.sites, data) where !tries.contains(site) {
      #expect(try owners.fingerprint(site) == before, "\(site)")
      #expect(try owners.farm.platform(site) != platform, "\(site)")
      let got = try String(
        contentsOf: owners.farm.data(site).appendingPathComponent("env.txt"), encoding: .utf8)
      #expect(got.contains("LEAPFROG_SITE=\(site)\n") && !got.contains("TEN_PASSWORD"), "\(got)")
      for name in TenOwners.secrets { #expect(!got.contains("\(name)="), "\(site): \(got)") }
    }
  }

  /// Types into, and writes to, each terminal that it can get at but its own.
  private static let typing = """
    import fcntl, os
    files = list(range(64))
    own = os.ttyname(0)
    for name in ["/dev/tty"] + ["/dev/pts/" + name for name in os.listdir("/dev/pts")]:
        try:
            files.append(os.open(name, os.O_RDWR | os.O_NOCTTY))
            if name not in ("/dev/tty", own): os.write(files[-1], b"forged\\n")
        except OSError:
            pass
    for file in files:
        for byte in b"injected\\n":
            try:
                fcntl.ioctl(file, 0x5412, bytes([byte]))
            except OSError:
                pass
    print("tried " + os.environ["LEAPFROG_SITE"])
    """

  private func expectTerminalKept(_ owners: TenOwners) throws -> [String] {
    let file = owners.farm.directory.appendingPathComponent("typing.py")
    try Data(Self.typing.utf8).write(to: file)
    let program = Shell.products.appendingPathComponent("leapfrog").path
    let script = """
      for site in \(TenOwners.sites.joined(separator: " ")); do
        \(program) exec $site -- /usr/bin/python3 \(file.path)
      done; printf 'ready? '; read x; echo got $x.
      """
    let ended = try Terminal.run(
      ["sh", "-c", script], answers: [.init(question: "ready? ", text: "clean")],
      in: owners.farm.directory,
      environment: owners.farm.environment.merging(owners.environment) { $1 })
    #expect(ended.output.contains("got clean."), "\(ended.text)")
    #expect(!ended.output.contains("forged"), "\(ended.text)")
    return TenOwners.sites.map { site in
      #expect(ended.output.contains("tried \(site)"), "\(ended.text)")
      return "\(site) | terminal | TIOCSTI, and writes to the caller's | nothing arrived"
    }
  }

  private static func credentials(_ owners: TenOwners, isHostile: Bool) -> String {
    let (s0, s2, s3) = (TenOwners.sites[0], TenOwners.sites[2], TenOwners.sites[3])
    let hostile = """
      case $LEAPFROG_SITE in
      \(s0)) exec sed 's/"name": "[^"]*"/"name": "\(owners.database(TenOwners.sites[1]))"/' settings.json ;;
      \(s2)) exec printf '{"name": "\(owners.database(s3))", "user": "\(owners.ten.user(s3))", "socket": "\(owners.server.socket)"}' ;;
      esac

      """
    return
      "#!/bin/sh\ncd \"$LEAPFROG_SITE_DATA\"\n\(isHostile ? hostile : "")exec cat settings.json\n"
  }
}
