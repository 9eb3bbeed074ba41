import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// A site whose files are backed up in one way, as the contract that every way keeps needs it.
struct FileBackupFixture: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let usesRestic: Bool

  static let all = [
    FileBackupFixture(testDescription: "snapshot", usesRestic: false),
    FileBackupFixture(testDescription: "restic", usesRestic: true),
  ]
}

/// A site's data, and a store that backs it up as a fixture says.
struct FileBackupSetting {
  let sandbox: DataSandbox
  let spec: FileBackupSpec

  init(_ fixture: FileBackupFixture) throws {
    sandbox = try DataSandbox()
    guard fixture.usesRestic else {
      spec = FileBackupSpec()
      return
    }
    spec = FileBackupSpec(
      restic: "\(sandbox.root)/repository", passwordFile: "\(sandbox.root)/password")
    try Files.write(Array("a password\n".utf8), to: "\(sandbox.root)/password")
    try restic(["init", "-q"])
  }

  var store: BackupStore { BackupStore(layout: sandbox.layout, files: spec) }

  /// Runs restic as the repository's owner would.
  @discardableResult
  func restic(_ arguments: [String]) throws -> String {
    try DataSandbox.run(
      ["restic", "-r", spec.restic ?? "", "-p", spec.passwordFile ?? ""] + arguments)
  }

  /// How many snapshots the repository has.
  func snapshots() throws -> Int {
    try restic(["snapshots", "--json"]).components(separatedBy: "\"short_id\"").count - 1
  }

  func firstPass(_ id: String, store: BackupStore? = nil) throws {
    try (store ?? self.store).firstPass(
      site: sandbox.site, id: id, data: sandbox.data, engine: nil)
  }

  func finish(_ id: String, hot: Bool = false) throws -> BackupManifest {
    try store.finish(site: sandbox.site, id: id, data: sandbox.data, engine: nil, hot: hot)
  }

  func backUp(hot: Bool = false) throws -> BackupManifest {
    let id = BackupStore.newID()
    try firstPass(id)
    return try finish(id, hot: hot)
  }

  func restore(_ manifest: BackupManifest) throws {
    try store.restoreFiles(manifest, to: sandbox.data, aside: sandbox.aside, engine: nil)
  }

  /// The tree with what `DataSandbox.tree` leaves out: ACLs and attributes.
  func tree() throws -> [String] {
    try sandbox.tree(sandbox.data)
      + DataSandbox.run(["sh", "-c", "cd \"$0\" && getfattr -Rdhm - . | cat", sandbox.data])
      .components(separatedBy: "\n\n").sorted()
  }
}
