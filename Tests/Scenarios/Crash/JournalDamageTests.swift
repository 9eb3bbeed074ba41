import Foundation
import GRDB
import Testing

/// A journal that cannot be trusted stops every command with one clear sentence, and changes nothing.
@Suite struct JournalDamageTests {
  enum Damage: CaseIterable {
    case overwritten, truncated, emptied, newer, missing

    /// What the refusal says.
    var word: String {
      switch self {
      case .overwritten, .truncated, .emptied: "damaged"
      case .newer: "newer than"
      case .missing: "there is no journal"
      }
    }
  }

  @Test(arguments: Damage.allCases) func everyCommandRefuses(damage: Damage) throws {
    let farm = try Farm.onV2()
    try inflict(damage, on: farm)
    let before = try snapshot(farm)
    for command in Self.commands {
      let refused = try farm.running(command).end()
      #expect(![0, 128 + 4, 128 + 11].contains(refused.status), "\(command) \(refused.text)")
      #expect(refused.text.contains(damage.word), "\(command) \(refused.text)")
      let lines = refused.error.split(separator: "\n").count
      #expect(lines == (command[0] == "status" ? 0 : 1), "\(command) \(refused.text)")
    }
    let recovered = try farm.recover()
    #expect(recovered.status != 0 && recovered.error.contains(damage.word), "\(recovered.text)")
    #expect(try snapshot(farm) == before)
  }

  private static let commands = [
    ["upgrade", "acme", "v3"], ["status", "acme"], ["plan", "acme", "v3"], ["resume", "acme"],
    ["abort", "acme"], ["pull", "acme", "v3"], ["rollback", "acme", "--yes"], ["history", "acme"],
    ["backup", "acme"], ["backups", "acme"], ["init", "acme", "v1"], ["events", "acme"],
  ]

  @Test(arguments: [Damage.overwritten, .truncated, .emptied, .missing])
  func aNewJournalBeginsFromTheLinks(damage: Damage) throws {
    let farm = try Farm.onV2()
    try inflict(damage, on: farm)
    let doctor = try farm.cli("doctor", "acme")
    #expect(doctor.status != 0, "\(doctor.text)")
    #expect(doctor.output.contains(damage.word), "\(doctor.text)")
    #expect(doctor.output.contains("leapfrog-host rebuild \(farm.root.path)"), "\(doctor.text)")
    // As after a crash of the same command.
    try FileManager.default.removeItem(at: farm.inRoot(".leapfrog/jobs"))
    let rebuilt = try farm.host("rebuild", farm.root.path)
    #expect(rebuilt.status == 0, "\(rebuilt.text)")
    #expect(
      try JournalReader(farm).places() == ["one.example.com": "green", "two.example.com": "green"])
    let upgrade = try farm.cli("upgrade", "acme", "v3")
    #expect(upgrade.status == 0, "\(upgrade.text)")
    for site in farm.sites { #expect(try farm.page(site).contains("version 3")) }
  }

  // MARK: Helpers

  private func journal(_ farm: Farm) -> URL {
    farm.root.appendingPathComponent(".leapfrog/journal.sqlite")
  }

  private func inflict(_ damage: Damage, on farm: Farm) throws {
    try JournalReader(farm).write("PRAGMA wal_checkpoint(TRUNCATE)")
    let url = journal(farm)
    let bytes = try Data(contentsOf: url)
    switch damage {
    case .overwritten: try overwriteMiddle(of: bytes).write(to: url)
    case .truncated: try bytes.prefix(bytes.count / 2 + 100).write(to: url)
    case .emptied: try Data().write(to: url)
    case .newer: try JournalReader(farm).write("PRAGMA user_version = 7")
    case .missing: try FileManager.default.removeItem(at: url)
    }
    for suffix in ["-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: url.path + suffix)
    }
  }

  private func overwriteMiddle(of bytes: Data) -> Data {
    var other = bytes
    other.replaceSubrange(4096..<bytes.count, with: repeatElement(0xA5, count: bytes.count - 4096))
    return other
  }

  /// What must not change: links, pages, databases, flags, and the journal itself.
  private func snapshot(_ farm: Farm) throws -> [String: Data] {
    var found = try farm.sites.reduce(into: [String: Data]()) { result, site in
      result["data of \(site)"] = try Data(contentsOf: farm.database(site))
      result["page of \(site)"] = Data(try farm.page(site).utf8)
      result["place of \(site)"] = Data(try farm.platform(site).utf8)
    }
    let blue = farm.root.appendingPathComponent("blue/index.html")
    found["blue"] = try Data(contentsOf: blue)
    found["journal"] = try? Data(contentsOf: journal(farm))
    found["closed"] = Data(try farm.closedSites().joined().utf8)
    return found
  }
}
