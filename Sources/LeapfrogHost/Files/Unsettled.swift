import Glibc
import LeapfrogCore

/// A file that vanished or changed while it was looked at: no fault where others may write, and a
/// reason to look again where nobody should.
struct Unsettled: Error, CustomStringConvertible {
  /// The file, as messages name it.
  let path: String

  init(path: String) {
    self.path = path
    LinkGuard.note(path)
  }

  var description: String { "\(path) changed while it was read" }

  /// What it is called where nobody should have written.
  var failure: Failure { .failed("\(self) though the site's writers are stopped") }

  /// Does something once more where what should not have changed has changed meanwhile.
  ///
  /// - Throws: a `Failure` for what changed again.
  static func twice<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch is Unsettled {}
    do { return try body() } catch let unsettled as Unsettled { throw unsettled.failure }
  }

  /// Whether an error of the system says that the path leads elsewhere than a moment ago.
  static func isMeant(by code: Int32) -> Bool {
    [ENOENT, ENOTDIR, ELOOP].contains(code)
  }
}
