import Foundation
import RealServers

/// Sites whose update waits, and how far a release is.
extension Fleet {
  /// The site's next update waits.
  func hold(_ site: String, on host: String) throws {
    try Data().write(to: self[host].data(site).appendingPathComponent("hold"))
  }

  func letGo(_ site: String, on host: String) throws {
    try FileManager.default.removeItem(at: self[host].data(site).appendingPathComponent("hold"))
  }

  /// Whether the site's update was ever begun.
  func hasBegun(_ site: String, on host: String) throws -> Bool {
    try FileManager.default.fileExists(
      atPath: self[host].data(site).appendingPathComponent("begun").path)
  }

  /// Whether the last release of a host was told to begin no more.
  func isHalted(on host: String) throws -> Bool {
    try ask(host, "SELECT control FROM release ORDER BY id DESC LIMIT 1") == "halt"
  }

  /// How many releases a host has had.
  func releases(on host: String) throws -> Int {
    Int(try ask(host, "SELECT count(*) FROM release")) ?? -1
  }

  private func ask(_ host: String, _ statement: String) throws -> String {
    try Tool.run(["sqlite3", self[host].inRoot(".leapfrog/journal.sqlite").path, statement])
  }

  /// Gives a site two posts of one title, at which v3 fails, or takes the second one away.
  func setBroken(_ site: String, on host: String, _ isBroken: Bool = true) throws {
    _ = try self[host].sql(
      site,
      isBroken
        ? "INSERT INTO post (title, body) VALUES ('Welcome', 'twice')"
        : "DELETE FROM post WHERE body = 'twice'")
  }
}
