import Foundation
import LeapfrogCore

extension BackupStore {
  /// A name for a backup, which the journal has to know before anything is made of it.
  static func newID(now: Date = Date()) -> String { BackupID.make(at: now) }

  /// Backs up the site's files while it is open, as far as they differ from a backup before; the last
  /// pass has only the rest to do. Doing it again begins anew.
  func firstPass(
    site: String, id: String, data: String, engine database: (any DatabaseEngine)?
  ) throws {
    let source = BackupSource(site: site, data: data, user: user, engine: database)
    let place = try layout.place(ofBackup: id, site: site)
    try Failpoint.around("backup.first") {
      try makeEmpty(place)
      let first = try engine.firstPass(
        of: source, in: place, previous: previousFiles(site: site))
      try Files.write(first.encoded(), to: place.first)
    }
  }

  /// Completes a backup: the database and the last pass over the files at once, the proof, the
  /// manifest. Doing it again is fine, with or without a first pass.
  ///
  /// - Parameter hot: whether the site is open meanwhile, so that changes are no fault.
  /// - Throws: `Failure`; the backup is then not finished and counts for nothing.
  func finish(
    site: String, id: String, data: String, engine database: (any DatabaseEngine)?, hot: Bool,
    migration: Int64? = nil, platform: PlatformName? = nil, ref: String? = nil,
    commit: ObjectID? = nil, now: Date = Date()
  ) throws -> BackupManifest {
    let source = BackupSource(site: site, data: data, user: user, engine: database)
    let place = try layout.place(ofBackup: id, site: site)
    if Files.exists(place.manifest) { try Files.removeForGood(place.manifest) }
    if !Files.exists(place.first) {
      try firstPass(site: site, id: id, data: data, engine: database)
    }
    let first = try FirstPass.read(place.first)
    let (record, files) = try Self.atOnce {
      try database?.backUp(into: place.path, hot: hot)
    } and: {
      try Failpoint.around("backup.files") {
        try engine.lastPass(of: source, in: place, first: first, strict: !hot)
      }
    }
    let manifest = BackupManifest(
      id: id, site: site, made: now.toMilliseconds, hot: hot, commit: commit, ref: ref,
      platform: platform, migration: migration, database: record, files: files.files,
      fileBytes: files.bytes, listSHA256: files.listSHA256, changesSHA256: files.changesSHA256,
      skipped: files.skipped, restic: files.restic)
    try Failpoint.around("backup.manifest") {
      try Files.write(manifest.encoded(), to: place.manifest)
    }
    try Files.remove(place.first)
    return manifest
  }

  /// The files on a thread of their own: the site is closed meanwhile.
  private static func atOnce(
    _ database: () throws -> DatabaseRecord?, and files: @escaping @Sendable () throws -> FileBackup
  ) throws -> (DatabaseRecord?, FileBackup) {
    let (files, record) = try Threads.both(files, and: database)
    return (record, files)
  }

  /// The backup's directory without what an earlier attempt left in it.
  private func makeEmpty(_ place: BackupPlace) throws {
    try Files.makeDirectories(place.path, mode: 0o700)
    let tree = try DirectoryTree(place.path)
    for name in try tree.names(in: .root) { try tree.removeAll(TreePath(bytes: name)) }
    try Files.makeDirectory(place.files, mode: 0o700)
  }
}

extension Date {
  /// What a manifest keeps of a time.
  fileprivate var toMilliseconds: Date {
    Date(timeIntervalSince1970: (timeIntervalSince1970 * 1000).rounded() / 1000)
  }
}

extension FirstPass {
  fileprivate func encoded() throws -> [UInt8] { try Array(JSONEncoder().encode(self)) }

  /// - Throws: `Failure` when the file is not what a first pass wrote.
  fileprivate static func read(_ path: String) throws -> FirstPass {
    let bytes = try Files.read(path)
    guard let first = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
      throw Failure.failed("\(path) is damaged")
    }
    return first
  }
}
