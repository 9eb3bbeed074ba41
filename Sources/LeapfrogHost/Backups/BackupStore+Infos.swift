import Foundation
import LeapfrogCore

extension BackupStore {
  /// All backups of a site as a list shows them, newest first.
  ///
  /// - Parameters:
  ///   - needed: those that a way back needs.
  ///   - known: backups whose order is known, newest first; the others follow by their time.
  func infos(
    site: String, needed: Set<String>, newestFirst known: [String] = []
  ) throws -> [BackupInfo] {
    let infos = try ids(site: site).map {
      try info(site: site, id: $0, neededBy: needed.contains($0) ? "a way back" : nil)
    }
    return Self.sorted(infos, newestFirst: known) { ($0.id, $0.made) }
  }

  /// A backup as a list shows it; `neededBy` says why it is kept whatever its age.
  func info(site: String, id: String, neededBy: String? = nil) throws -> BackupInfo {
    let place = try layout.place(ofBackup: id, site: site)
    var fault: Failure?
    do { try verify(site: site, id: id) } catch { fault = Failure(error) }
    let manifest = try? manifest(site: site, id: id)
    return BackupInfo(
      id: id, site: site, made: manifest?.made ?? begun(place), commit: manifest?.commit,
      ref: manifest?.ref, platform: manifest?.platform, verified: fault == nil,
      fault: fault?.message, databaseBytes: manifest?.database?.bytes ?? 0,
      files: manifest?.files ?? 0, fileBytes: manifest?.fileBytes ?? 0, neededBy: neededBy)
  }

  /// For people only, where no manifest says when the backup was made.
  private func begun(_ place: BackupPlace) -> Date {
    let modified = FileStatus(place.path)?.modified ?? 0
    return Date(timeIntervalSince1970: Double(modified / 1_000_000_000))
  }
}
