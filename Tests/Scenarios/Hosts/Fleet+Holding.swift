import Foundation
import RealServers
import Testing

/// Sites whose update waits, and how far a release is.
extension Fleet {
  /// The site's next update waits.
  func hold(_ site: String, on host: String) throws {
    try Data().write(to: self[host].inRoot("hold.\(site)"))
  }

  func letGo(_ site: String, on host: String) throws {
    try FileManager.default.removeItem(at: self[host].inRoot("hold.\(site)"))
  }

  /// Whether the site's update was ever begun.
  func hasBegun(_ site: String, on host: String) throws -> Bool {
    try FileManager.default.fileExists(
      atPath: self[host].data(site).appendingPathComponent("begun").path)
  }

  /// The process that does a host's release.
  func worker(on host: String) throws -> pid_t {
    let root = try self[host].root.path
    let all = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
    let found = all.first { pid in
      let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
      let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return words.dropFirst().first == "work" && words.contains(root)
    }
    return try #require(found)
  }

  /// Whether the last release of a host was told to begin no more.
  func isHalted(on host: String) throws -> Bool {
    try ask(host, "SELECT control FROM release ORDER BY id DESC LIMIT 1") == "halt"
  }

  /// How many releases a host has had.
  func releases(on host: String) throws -> Int {
    Int(try ask(host, "SELECT count(*) FROM release")) ?? -1
  }

  /// Makes a host's past releases those of a host whose clock is fast by so many seconds.
  func setClock(of host: String, fastBy seconds: Int) throws {
    _ = try ask(
      host, "UPDATE release SET started = started + \(seconds), finished = finished + \(seconds)")
  }

  /// Makes a host's past releases those of a controller whose clock was fast by so many seconds.
  func setStamps(of host: String, fastBy seconds: Int) throws {
    let stamp = "json_extract(work, '$.stamp') + \(seconds * 1000)"
    _ = try ask(host, "UPDATE release SET work = json_set(work, '$.stamp', \(stamp))")
  }

  /// Gives a host so many backups by hand after all that it has had.
  func addBackups(_ count: Int, to host: String) throws {
    _ = try ask(
      host,
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
      INSERT INTO release (work, state, started, finished)
      SELECT json_set(work, '$.kind', 'backup'), 'done', started, started FROM n,
        (SELECT * FROM release WHERE state = 'done' ORDER BY id DESC LIMIT 1)
      """)
  }

  private func ask(_ host: String, _ statement: String) throws -> String {
    try Tool.run([
      "sqlite3", "-cmd", ".timeout 30000", self[host].inRoot(".leapfrog/journal.sqlite").path,
      statement,
    ])
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
