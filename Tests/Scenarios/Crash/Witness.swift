import Foundation

/// Looks at a pair after a crash and its recovery: every site is moved or as before, in all that can
/// be seen of it. What it finds wrong is a list of sentences.
struct Witness {
  /// How the pair was before the release that crashed.
  struct Before: Sendable {
    let databases: [String: Data]
    let lastRelease: Int64

    init(_ farm: Farm) throws {
      databases = try farm.sites.reduce(into: [:]) {
        $0[$1] = try Data(contentsOf: farm.database($1))
      }
      lastRelease = try JournalReader(farm).lastRelease()
    }
  }

  private let farm: Farm
  private let before: Before
  /// The sites that must move without a touch of their data.
  private let express: Set<String>
  private let journal: JournalReader
  /// The release that crashed; nil when it was never written down.
  private let release: Int64?

  init(_ farm: Farm, before: Before, express: Set<String> = []) throws {
    (self.farm, self.before, self.express) = (farm, before, express)
    journal = try JournalReader(farm)
    let last = try journal.lastRelease()
    release = last > before.lastRelease ? last : nil
  }

  /// Everything that is wrong.
  func faults() throws -> [String] {
    try pairFaults() + farm.sites.flatMap(siteFaults)
  }

  private func pairFaults() throws -> [String] {
    var faults: [String] = []
    if try journal.check() != "ok" { faults.append("the journal is damaged") }
    if let state = try journal.state(), ["running", "stuck"].contains(state) {
      faults.append("the release is \(state)")
    }
    let closed = try farm.closedSites()
    if !closed.isEmpty { faults.append("closed: \(closed)") }
    return faults
  }

  private func siteFaults(_ site: String) throws -> [String] {
    let platform = try farm.platform(site)
    var faults = platform == "blue" ? try faultsOfMoved(site) : try faultsOfBefore(site)
    if try journal.places()[site] != platform { faults.append("the journal has another place") }
    if try farm.page(site) != farm.page("www.\(site)") { faults.append("the aliases differ") }
    let upload = farm.data(site).appendingPathComponent("files/upload.txt")
    if try Data(contentsOf: upload) != Data("kept".utf8) { faults.append("the upload differs") }
    faults += try leftovers(site) + seatFaults(site, on: platform) + updateFaults(site)
    if express.contains(site), try !isUntouched(site) { faults.append("the data was touched") }
    return faults.map { "\(site) on \(platform): \($0)" }
  }

  private func faultsOfMoved(_ site: String) throws -> [String] {
    var faults: [String] = []
    if try !farm.page(site).contains("version 3") { faults.append("the page is old") }
    let data = try farm.sql(
      site, "PRAGMA user_version; SELECT count(*) FROM post; SELECT count(*) FROM redirect")
    if data != "3\n1\n1" { faults.append("the data is \(data.debugDescription)") }
    let expected = express.contains(site) ? 0 : 1
    if farm.updates(of: site) != expected { faults.append("\(farm.updates(of: site)) updates") }
    let state = try migration(of: site)
    if state != "moved", state != "attention" { faults.append("the migration is \(state ?? "-")") }
    return faults
  }

  private func faultsOfBefore(_ site: String) throws -> [String] {
    var faults: [String] = []
    if try !farm.page(site).contains("version 2") { faults.append("the page is new") }
    if try !isUntouched(site) { faults.append("the database is another") }
    let state = try migration(of: site)
    if let state, state != "back", state != "waiting" { faults.append("the migration is \(state)") }
    return faults
  }

  private func isUntouched(_ site: String) throws -> Bool {
    try Data(contentsOf: farm.database(site)) == before.databases[site]
  }

  /// An update that began had its backup, which is still there; and it began once.
  private func updateFaults(_ site: String) throws -> [String] {
    let count = farm.updates(of: site)
    guard count > 0 else { return [] }
    guard count == 1, let release else { return ["\(count) updates"] }
    let id = try journal.backup(of: site, in: release) ?? "-"
    let manifest = farm.root.appendingPathComponent("backups/\(site)/\(id)/manifest.json")
    return FileManager.default.fileExists(atPath: manifest.path) ? [] : ["the backup is gone"]
  }

  private func leftovers(_ site: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: farm.database(site).deletingLastPathComponent().path
    ).filter { $0 != "site.sqlite" }.map { "\($0) is left" }
  }

  private func seatFaults(_ site: String, on platform: String) throws -> [String] {
    let (own, other) = (
      seat(site, on: platform), seat(site, on: platform == "blue" ? "green" : "blue")
    )
    var faults = own ? [] : ["no seat"]
    if other, try migration(of: site) != "attention" { faults.append("a second seat") }
    return faults
  }

  private func seat(_ site: String, on platform: String) -> Bool {
    let path = farm.root.appendingPathComponent("\(platform)/config/\(site).ini").path
    return (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
  }

  private func migration(of site: String) throws -> String? {
    try release.flatMap { try journal.migrations(of: $0)[site] }
  }
}
