import Foundation
import LeapfrogCore

/// The flag that makes the web server answer 503 for a site. It is outside the site's database, so
/// that no restored dump lifts it and no broken app forgets it.
struct Maintenance: Sendable {
  /// Why a site is closed, as the flag itself says.
  struct Reason: Codable, Sendable, Equatable {
    var site: String
    /// The migration that closed it.
    var migration: Int64
    var since: Date
    var text: String
    /// With a flag that was set anew because somebody had removed the first: how many undos had failed
    /// by then.
    var failedUndos: Int?
  }

  let layout: Layout

  /// Whether the site is closed.
  func isOn(_ site: String) -> Bool { Files.exists(layout.maintenance(site)) }

  /// Why the site is closed; nil while it is open, or when the flag is not one of ours.
  func reason(_ site: String) -> Reason? {
    guard let bytes = try? Files.read(layout.maintenance(site)) else { return nil }
    return try? Wire.decoder().decode(Reason.self, from: Data(bytes))
  }

  /// Closes the site; the web server reads the flag, so others may read it too.
  func close(_ reason: Reason) throws {
    let bytes = try Wire.encoder().encode(reason)
    try Failpoint.around("close.flag") {
      try Files.write(bytes, to: layout.maintenance(reason.site), mode: 0o644)
    }
  }

  /// Opens the site.
  func open(_ site: String) throws {
    try Failpoint.around("open.flag") { try Files.removeForGood(layout.maintenance(site)) }
  }
}
