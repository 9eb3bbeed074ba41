import Foundation
import LeapfrogCore

@testable import LeapfrogHost

extension DataSandbox {
  func engine(_ database: String?) -> (any DatabaseEngine)? {
    database.map { SQLiteEngine(data: data, path: $0) }
  }

  /// A whole backup.
  func backUp(
    database: String? = nil, hot: Bool = false, now: Date = Date()
  ) throws -> BackupManifest {
    let id = BackupStore.newID()
    try firstPass(id, database: database)
    return try finish(id, database: database, hot: hot, now: now)
  }

  func firstPass(_ id: String, database: String? = nil) throws {
    try store.firstPass(site: site, id: id, data: data, engine: engine(database))
  }

  func finish(
    _ id: String, database: String? = nil, hot: Bool = false, now: Date = Date()
  ) throws -> BackupManifest {
    try store.finish(
      site: site, id: id, data: data, engine: engine(database), hot: hot, now: now)
  }

  func restoreFiles(_ manifest: BackupManifest) throws {
    try store.restoreFiles(
      manifest, to: data, aside: aside, engine: engine(manifest.database.map { _ in "site.sqlite" })
    )
  }

  /// Runs a script in the site's data.
  func run(_ script: String) throws {
    try Self.run(["sh", "-ec", "cd \"$0\"\n\(script)", data])
  }

  /// Until files written so far are old enough that a later write must have another time.
  func waitForClock() { usleep(150_000) }

  /// The names of all files and links below a directory.
  func names(_ path: String) throws -> [String] {
    try Self.run(["sh", "-c", "cd \"$0\" && find . ! -type d -printf '%P\\0' | sort -z", path])
      .split(separator: "\0").map(String.init)
  }

  func makeSocket(_ name: String) throws {
    try Self.run([
      "python3", "-c", "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])",
      "\(data)/\(name)",
    ])
  }

  /// Mounts 1 MiB there; false where we may not.
  func mountSmallDisk(at path: String) throws -> Bool {
    guard geteuid() == 0 else { return false }
    try Files.makeDirectories(path)
    return mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0
  }

  func unmount(_ path: String) { umount2(path, 2) }
}
