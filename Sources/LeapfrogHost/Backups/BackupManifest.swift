import Foundation
import LeapfrogCore

/// What a backup is; written last, so that a backup without one is not finished.
struct BackupManifest: Codable, Equatable, Sendable {
  var id: String
  var site: String
  /// When its last pass began, to the millisecond.
  var made: Date
  /// Whether it was made while the site was open: its files and its database may be of different
  /// moments.
  var hot: Bool
  /// The code that the data belongs to.
  var commit: ObjectID?
  var ref: String?
  var platform: PlatformName?
  /// The migration it was made for.
  var migration: Int64?
  var database: DatabaseRecord?
  /// How many files and links.
  var files: Int
  var fileBytes: Int64
  /// SHA-256 of the list of files, in hexadecimal digits.
  var listSHA256: String
  /// The same of what the last pass found different; nil when nothing was.
  var changesSHA256: String?
  /// Sockets, FIFOs and devices that were not backed up.
  var skipped: Int
  /// The snapshot with the files; nil where they are in the backup's directory.
  var restic: ResticRecord?

  /// The files of the backup.
  var fileBackup: FileBackup {
    FileBackup(
      files: files, bytes: fileBytes, listSHA256: listSHA256, changesSHA256: changesSHA256,
      skipped: skipped, restic: restic)
  }
}

/// A manifest on disk: with its own hash, so that a flipped bit in it is found.
private struct SealedManifest: Codable {
  var manifest: BackupManifest
  var seal: String
}

extension BackupManifest {
  /// The bytes of `manifest.json`.
  func encoded() throws -> [UInt8] {
    let seal = FileDigest(of: Array(try Self.encoder.encode(self))).hex
    return Array(try Self.encoder.encode(SealedManifest(manifest: self, seal: seal))) + [0x0A]
  }

  /// Reads a manifest.
  ///
  /// - Throws: `Failure` when it is missing or not what was written.
  init(reading path: String) throws {
    let bytes = try Files.read(path, atMost: 64 << 20)
    guard let sealed = try? Self.decoder.decode(SealedManifest.self, from: Data(bytes)),
      let content = try? Self.encoder.encode(sealed.manifest),
      FileDigest(of: Array(content)).hex == sealed.seal
    else {
      throw Self.isNewer(bytes)
        ? Failure.refused("\(path) has what this leapfrog does not know: a newer leapfrog wrote it")
        : Failure.failed("\(path) is damaged")
    }
    self = sealed.manifest
  }

  /// Whether a manifest can be read and has more than this program would write.
  private static func isNewer(_ bytes: [UInt8]) -> Bool {
    guard let sealed = try? decoder.decode(SealedManifest.self, from: Data(bytes)),
      let content = try? encoder.encode(sealed.manifest),
      let known = try? JSONSerialization.jsonObject(with: content) as? [String: Any],
      let whole = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any],
      let found = whole["manifest"] as? [String: Any]
    else { return false }
    return !Set(found.keys).isSubset(of: known.keys)
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .millisecondsSince1970
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .millisecondsSince1970
    return decoder
  }
}
