import Foundation
import Glibc
import Testing

/// Releases without root, and releases by root of data that is another user's. Both need root here,
/// to become somebody else.
@Suite(.enabled(if: getuid() == 0)) struct OrdinaryUserTests {
  private static let nobody: UInt32 = 65534
  private let site = "one.example.com"

  private func give(_ url: URL) throws {
    let given = try Shell.run(
      "/bin/chown", ["-R", "\(Self.nobody):\(Self.nobody)", url.path], in: url)
    try #require(given.status == 0, "\(given.text)")
  }

  private func owners(below url: URL) throws -> Set<String> {
    let found = try Shell.run("/usr/bin/find", [url.path, "-printf", "%U\n"], in: url)
    return Set(found.output.split(separator: "\n").map(String.init))
  }

  @Test func aWholeReleaseNeedsNoRoot() throws {
    let farm = try Farm(sites: [site])
    let run = try asNobody(farm)
    for arguments in [["init", "acme", "v1"], ["upgrade", "acme", "v2"]] {
      let outcome = try run(arguments)
      try #require(outcome.status == 0, "\(outcome.text)")
    }
    _ = try farm.sql(site, "INSERT INTO post (title, body, slug) VALUES ('x', 'y', 'welcome')")
    let before = try Data(contentsOf: farm.database(site))
    let failed = try run(["upgrade", "acme", "v3"])
    #expect(failed.status == 1, "\(failed.text)")
    #expect(try Data(contentsOf: farm.database(site)) == before)
    #expect(try farm.page(site).contains("version 2"))
    let back = try run(["rollback", "acme", "--yes"])
    #expect(back.status == 4, "v3 is on the other platform now: \(back.text)")
    #expect(try run(["upgrade", "acme", "v4"]).status == 0)
    #expect(try run(["rollback", "acme", "--yes"]).status == 0)
    #expect(try farm.page(site).contains("version 2"))
    #expect(try owners(below: farm.root) == ["\(Self.nobody)"])
  }

  @Test func withoutRootABuildRunsAsTheCaller() throws {
    let farm = try Farm(sites: [site])
    try farm.configure(extra: "    build: id -u > who; umask 0; touch open")
    let run = try asNobody(farm)
    let outcome = try run(["init", "acme", "v1"])
    try #require(outcome.status == 0, "\(outcome.text)")
    #expect(try String(contentsOf: farm.inRoot("blue/who"), encoding: .utf8) == "\(Self.nobody)\n")
    #expect(try owners(below: farm.root) == ["\(Self.nobody)"])
    #expect(access(farm.inRoot("build-home").path, F_OK) != 0)
  }

  @Test func aFileThatCannotBeReadStopsTheSiteBeforeItIsClosed() throws {
    let farm = try Farm(sites: [site])
    let run = try asNobody(farm)
    #expect(try run(["init", "acme", "v1"]).status == 0)
    let secret = farm.data(site).appendingPathComponent("files/secret")
    try Data("x".utf8).write(to: secret)
    _ = try chmod(secret, 0o600)
    let refused = try run(["upgrade", "acme", "v2"])
    #expect(refused.status == 1 && refused.text.contains("secret"), "\(refused.text)")
    #expect(try farm.page(site).contains("version 1"))
    #expect(try farm.closedSites().isEmpty)
  }

  @Test func aRootThatIsNotWritableIsNamed() throws {
    let farm = try Farm(sites: [site])
    let run = try asNobody(farm)
    try FileManager.default.createDirectory(at: farm.root, withIntermediateDirectories: true)
    let refused = try run(["init", "acme", "v1"])
    #expect(refused.status == 1, "\(refused.text)")
    #expect(refused.error.contains("\(farm.root.path) is not writable"), "\(refused.text)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: farm.root.path).isEmpty)
  }

  /// What may not be read is not missing: nobody is told to begin anew what another user has.
  @Test func whatAnotherUserHasIsDeniedAndNotMissing() throws {
    let farm = try Farm(sites: [site])
    try farm.must("init", "acme", "v1")
    let run = try asNobody(farm)
    let all = try Shell.run("/bin/chown", ["-R", "0:0", farm.root.path], in: farm.root)
    try #require(all.status == 0, "\(all.text)")
    let journal = "\(farm.root.path)/.leapfrog/journal.sqlite"
    for command in [
      ["status", "acme"], ["history", "acme"], ["events", "acme"], ["doctor", "acme"],
      ["backups", "acme"], ["resume", "acme"], ["abort", "acme"], ["upgrade", "acme", "v2"],
      ["plan", "acme", "v2"], ["rollback", "acme", "--yes"],
      ["events", "acme", "--output", "m1-x-1"],
    ] {
      let denied = try run(command)
      #expect(denied.text.contains("permission denied; "), "\(command): \(denied.text)")
      #expect(denied.text.contains("belongs to root"), "\(command): \(denied.text)")
      #expect(denied.text.contains("this is done by nobody"), "\(command): \(denied.text)")
      for word in ["rebuild", "no journal", "no pair", "leapfrog init"] {
        #expect(!denied.text.contains(word), "\(command): \(denied.text)")
      }
    }
    #expect(try run(["status", "acme"]).text.contains(journal))
    _ = try chmod(farm.root, 0o700)
    let closed = try run(["status", "acme"])
    let sentence = "permission denied; \(farm.root.path) belongs to root"
    #expect(closed.text.contains(sentence), "\(closed.text)")
    #expect(!closed.text.contains("leapfrog init"), "\(closed.text)")
  }

  /// Gives the pair to nobody, and a way to run `leapfrog` as that user.
  private func asNobody(_ farm: Farm) throws -> ([String]) throws -> Outcome {
    let programs = farm.directory.appendingPathComponent("programs")
    try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
    for name in ["leapfrog", "leapfrog-host"] {
      let copied = try Shell.run(
        "/bin/cp", [Shell.products.appendingPathComponent(name).path, programs.path],
        in: programs)
      try #require(copied.status == 0, "\(copied.text)")
    }
    try give(farm.directory)
    let switching = ["--reuid=\(Self.nobody)", "--regid=\(Self.nobody)", "--clear-groups"]
    let program = programs.appendingPathComponent("leapfrog").path
    let environment = farm.environment.merging(["HOME": farm.directory.path]) { $1 }
    return { arguments in
      try Shell.run(
        "/usr/bin/setpriv", switching + [program] + arguments, in: farm.directory,
        environment: environment)
    }
  }

  @Test func commandsRunAsTheOwnerOfTheData() throws {
    let farm = try Farm(sites: [site])
    try allowEntering(farm)
    try farm.must("init", "acme", "v1")
    try give(farm.data(site))
    let mode = try chmod(farm.database(site), 0o640)
    try farm.commit(
      "who", on: "v2",
      [
        "bin/update": "#!/bin/sh\nid -u > \"$LEAPFROG_SITE_DATA/who\"\nexec ./bin/real\n",
        "bin/real": try farm.git("show", "v2:bin/update") + "\n",
      ])
    try farm.must("upgrade", "acme", "who")
    let who = farm.data(site).appendingPathComponent("who")
    #expect(try String(contentsOf: who, encoding: .utf8) == "\(Self.nobody)\n")
    try farm.must("rollback", "acme", "--yes")
    #expect(try owners(below: farm.data(site)) == ["\(Self.nobody)"])
    #expect(try permissions(farm.database(site)) == mode)
    #expect(try farm.sql(site, "PRAGMA user_version") == "1")
    let asked = try farm.leapfrog("exec", site, "--", "id", "-u")
    #expect(asked.output == "\(Self.nobody)\n", "\(asked.text)")
  }

  @Test func theConfiguredUserIsTakenInsteadOfTheOwner() throws {
    let farm = try Farm(sites: [site])
    try allowEntering(farm)
    try farm.configure(siteExtra: "        user: daemon")
    try farm.must("init", "acme", "v1")
    let daemon = try Shell.run("/usr/bin/id", ["-u", "daemon"], in: farm.root).output
    #expect(try owners(below: farm.data(site)) == [daemon.trimmingCharacters(in: .newlines)])
    let asked = try farm.leapfrog("exec", site, "--", "id", "-u")
    #expect(asked.output == daemon, "\(asked.text)")
    try farm.configure(siteExtra: "        user: nosuchuser")
    let refused = try farm.leapfrog("upgrade", "acme", "v2")
    #expect(refused.status == 1 && refused.text.contains("nosuchuser"), "\(refused.text)")
    #expect(try farm.page(site).contains("version 1"))
    #expect(try farm.closedSites().isEmpty)
  }

  private func allowEntering(_ farm: Farm) throws { _ = try chmod(farm.directory, 0o755) }

  private func chmod(_ url: URL, _ mode: Int) throws -> Int {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
    return mode
  }

  private func permissions(_ url: URL) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
  }
}
