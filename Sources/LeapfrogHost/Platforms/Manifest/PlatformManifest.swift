import Crypto
import Foundation
import LeapfrogCore

/// The truth of what is on a platform, kept in `.leapfrog/<platform>.manifest`.
struct PlatformManifest: Sendable {
  var header: Header
  /// The pool of `files` and `outputs`.
  var paths: PathPool
  /// The files and links of the commit, in the order of their paths' bytes.
  var files: [FileRecord]
  /// The topmost paths that the build made.
  var outputs: [PathSpan]

  /// What can be told of a platform without reading its files' records.
  struct Header: Codable, Sendable, Equatable {
    /// `incomplete` while a stage is under way, then `unbuilt`, then `ready`.
    var state: PlatformStatus.State
    var ref: String?
    /// The commit that the platform holds, or is being brought to while it is incomplete.
    var commit: ObjectID?
    /// A digest of the build command that the platform is for.
    var build: String?
    /// When the code was written.
    var staged: Date?
    /// When the build succeeded.
    var built: Date?
    /// The boot of the machine in which the files were last known to be as recorded.
    var boot: String?
  }

  init(
    header: Header, paths: PathPool = PathPool(), files: [FileRecord] = [],
    outputs: [PathSpan] = []
  ) {
    self.header = header
    self.paths = paths
    self.files = files
    self.outputs = outputs
  }

  /// Whether it describes a platform that was staged to its end.
  var isComplete: Bool { header.state == .unbuilt || header.state == .ready }

  /// The header of a platform's manifest, read without the rest; nil when nothing was ever staged.
  /// A manifest that cannot be read is an incomplete one.
  ///
  /// - Throws: `Failure` when a newer leapfrog wrote it, or it cannot be opened.
  static func header(of platform: PlatformName, in layout: Layout) throws -> Header? {
    try ManifestStore(layout: layout, platform: platform).header()
  }
}

extension Command {
  /// Tells one build command from another, without keeping its text.
  var digest: String {
    var hash = SHA256()
    for argument in arguments {
      hash.update(data: Array(argument.utf8) + [0])
    }
    return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
