import Foundation
import Testing

/// A root that leapfrog of commit 7bd7777 left when it died: v1 was installed, v2 moved both sites, and the
/// upgrade to v4 moved one and had updated the other. `scripts/older` does the same with real older
/// executables, at every place of a release.
@Suite struct OlderRootTests {
  private let farm: Farm
  private let schema: Int

  init() throws {
    farm = try Farm(sites: ["one.example.com", "two.example.com"])
    try FileManager.default.removeItem(at: farm.repository)
    let archive = Shell.project.appendingPathComponent(
      "Tests/Fixtures/root-of-7bd7777.tar.gz.base64")
    let unpacked = try Shell.run(
      "/bin/sh", ["-c", "base64 -d '\(archive.path)' | tar -xz"], in: farm.directory)
    try #require(unpacked.status == 0, "\(unpacked.text)")
    let order = farm.root.appendingPathComponent(".leapfrog/pair.json")
    let text = try String(contentsOf: order, encoding: .utf8)
    try Data(text.replacingOccurrences(of: "/tmp/fixmake/f/root", with: farm.root.path).utf8)
      .write(to: order)
    schema = try #require(try JournalReader(farm).schema())
  }

  private func look(location: SourceLocation = #_sourceLocation) throws {
    for command in [
      ["status", "acme"], ["history", "acme"], ["events", "acme"], ["backups", "acme"],
    ] {
      let shown = try farm.leapfrog(command)
      #expect(shown.status == 0, "\(command): \(shown.text)", sourceLocation: location)
    }
  }

  @Test func itIsReadAsItIsAndGoesOn() throws {
    try look()
    #expect(try JournalReader(farm).schema() == schema)
    let release = try farm.status()["release"] as? [String: Any]
    #expect(release?["state"] as? String == "interrupted")
    let resumed = try farm.leapfrog("resume", "acme")
    #expect(resumed.status == 0, "\(resumed.text)")
    for site in farm.sites {
      #expect(try farm.page(site).contains("version 4"))
      #expect(try farm.sql(site, "PRAGMA user_version") == "3")
    }
    #expect(try farm.closedSites().isEmpty)
    try farm.must("rollback", "acme", "--yes")
    for site in farm.sites {
      #expect(try farm.page(site).contains("version 2"))
      #expect(try farm.sql(site, "PRAGMA user_version") == "2")
    }
    let backups = try farm.json("backups", "acme")["backups"] as? [[String: Any]] ?? []
    #expect(backups.allSatisfy { $0["verified"] as? Bool == true }, "\(backups)")
    let oldest = try #require(
      backups.last {
        $0["site"] as? String == farm.sites[0] && $0["ref"] as? String == "v2"
      })
    _ = try farm.sql(farm.sites[0], "DELETE FROM post")
    try farm.must(
      "restore", "acme", farm.sites[0], "--backup", try #require(oldest["id"] as? String), "--yes")
    #expect(try farm.sql(farm.sites[0], "SELECT count(*) FROM post") == "1")
    try farm.must("upgrade", "acme", "v4")
    try look()
  }

  @Test func itIsUndone() throws {
    let undone = try farm.leapfrog("abort", "acme")
    #expect(undone.status == 3, "one stays moved: \(undone.text)")
    #expect(try farm.page(farm.sites[1]).contains("version 2"))
    #expect(try farm.sql(farm.sites[1], "PRAGMA user_version") == "2")
    #expect(try farm.closedSites().isEmpty)
    let kept = farm.data(farm.sites[0]).appendingPathComponent("files/upload.txt")
    #expect(try String(contentsOf: kept, encoding: .utf8) == "kept\n")
  }

  /// While a process of the older leapfrog holds the lock the journal stays in its form, and an order to it
  /// is in that form.
  @Test func underALivingOlderWorkerNothingIsMigrated() throws {
    let held = farm.directory.appendingPathComponent("held").path
    let lock = farm.root.appendingPathComponent(".leapfrog/lock").path
    let worker = try Shell.start(
      "/usr/bin/flock", ["--no-fork", lock, "sh", "-c", "touch '\(held)'; exec sleep 300"],
      in: farm.directory, environment: [:],
      output: farm.directory.appendingPathComponent("worker.out"),
      error: farm.directory.appendingPathComponent("worker.err"))
    defer { _ = kill(worker.processIdentifier, SIGKILL) }
    try #require(Bounded.wait { FileManager.default.fileExists(atPath: held) })
    try look()
    let refused = try farm.leapfrog("upgrade", "acme", "v2")
    #expect(refused.status == 4, "\(refused.text)")
    let asking = try farm.start(["abort", "acme"])
    defer { kill(asking.processIdentifier, SIGKILL) }
    let isAsked = try Bounded.wait { try JournalReader(farm).control() == "abort" }
    #expect(isAsked)
    #expect(try JournalReader(farm).schema() == schema)
  }
}
