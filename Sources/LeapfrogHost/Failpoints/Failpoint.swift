import Glibc
import LeapfrogCore

/// A named place where a test can make the process die, fail or hang: one before and one after each
/// journal write and each effect. Set by `LEAPFROG_FAILPOINTS=NAME:ACTION[:HIT],…`, which only tests
/// do; ACTION is `kill`, `error` or `hang`, HIT says at which passage (1 when left out).
struct Failpoint: Sendable, Hashable {
  let name: String

  /// Passes the place; does what the environment says.
  ///
  /// - Throws: `Failure` when the action is `error`.
  func hit() throws {
    Trace.shared?.note(name)
    guard let action = Armed.shared.action(at: name) else { return }
    switch action {
    case .kill: kill(getpid(), SIGKILL)
    case .hang: while true { sleep(3600) }
    case .error: throw Failure.failed("failpoint \(name)")
    }
  }

  /// Passes the place just before and just after an effect, whose names are `NAME.before`, `.after`.
  static func around<Value>(_ name: String, _ effect: () throws -> Value) throws -> Value {
    try Failpoint(name: "\(name).before").hit()
    let value = try effect()
    try Failpoint(name: "\(name).after").hit()
    return value
  }
}
