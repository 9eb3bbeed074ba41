import Foundation
import LeapfrogCore

/// Who takes a pair's lock, and for what.
struct Entrant: Sendable {
  var pair: String
  var claim: Claim
  var actor: String
  var what: String

  /// One who asked at the host itself, and decided on nothing older than the lock.
  static func local(_ pair: String, _ what: String) -> Entrant {
    Entrant(
      pair: pair, claim: Claim(token: UUID().uuidString), actor: NSUserName(), what: what)
  }
}
