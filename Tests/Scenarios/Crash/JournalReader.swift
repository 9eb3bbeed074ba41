import Foundation
import GRDB

/// Reads a pair's journal with nothing of the project's own in between.
struct JournalReader {
  private let queue: DatabaseQueue

  init(_ farm: Farm) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    let path = farm.root.appendingPathComponent(".leapfrog/journal.sqlite").path
    queue = try DatabaseQueue(path: path, configuration: configuration)
  }

  /// The version of its schema.
  func schema() throws -> Int? {
    try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
  }

  /// The answer of `PRAGMA quick_check`.
  func check() throws -> String? {
    try queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check") }
  }

  /// The newest release's number.
  func lastRelease() throws -> Int64 {
    try queue.read { try Int64.fetchOne($0, sql: "SELECT max(id) FROM release") ?? 0 }
  }

  /// How a release stands.
  func state(of release: Int64) throws -> String? {
    try queue.read {
      try String.fetchOne($0, sql: "SELECT state FROM release WHERE id = ?", arguments: [release])
    }
  }

  /// How the newest release stands.
  func state() throws -> String? { try state(of: lastRelease()) }

  /// What the newest release's worker was asked for.
  func control() throws -> String? {
    try queue.read {
      try String.fetchOne($0, sql: "SELECT control FROM release ORDER BY id DESC LIMIT 1")
    }
  }

  /// Where the sites are.
  func places() throws -> [String: String] {
    try queue.read { try Row.fetchAll($0, sql: "SELECT name, platform FROM site") }
      .reduce(into: [:]) { $0[$1["name"]] = $1["platform"] }
  }

  /// The state of each site's last migration in a release.
  func migrations(of release: Int64) throws -> [String: String] {
    try queue.read {
      try Row.fetchAll(
        $0, sql: "SELECT site, state FROM migration WHERE release = ? ORDER BY id",
        arguments: [release])
    }.reduce(into: [:]) { $0[$1["site"]] = $1["state"] }
  }

  /// The steps of a site that a release has marks of, with the kind of the migration.
  func steps(of site: String, in release: Int64) throws -> [String] {
    let rows = try queue.read {
      try Row.fetchAll(
        $0,
        sql: """
          SELECT json_extract(plan, '$.kind') AS kind, json_extract(body, '$.step') AS step
          FROM mark JOIN migration ON migration.id = mark.migration
          WHERE release = ? AND site = ? AND json_extract(body, '$.phase') = 'done' ORDER BY mark.id
          """,
        arguments: [release, site])
    }
    return rows.map { "\($0["kind"] as String? ?? "-") \($0["step"] as String? ?? "-")" }
  }

  /// The backup that a site's last migration planned to make.
  func backup(of site: String, in release: Int64) throws -> String? {
    let plan = try queue.read {
      try String.fetchOne(
        $0,
        sql: "SELECT plan FROM migration WHERE release = ? AND site = ? ORDER BY id DESC",
        arguments: [release, site])
    }
    let json = try plan.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
    return (json as? [String: Any])?["backup"] as? String
  }

  /// Changes the journal, to play what only a fault or another program would do.
  func write(_ sql: String) throws {
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
  }
}
