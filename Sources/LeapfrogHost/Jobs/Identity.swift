import CPosix
import Foundation
import Glibc
import LeapfrogCore
import Synchronization

/// Runs a spawn in another account's name.
enum Identity {
  /// Whether this process can run commands as the account, and whether it has to switch for that.
  ///
  /// - Throws: `Failure` when it cannot.
  static func needsSwitch(to user: JobUser) throws -> Bool {
    if geteuid() == 0 { return true }
    guard user.uid == geteuid() else {
      throw Failure.failed("only root can run commands as \(user.name)")
    }
    return false
  }

  /// Runs `spawn` on a thread of its own whose real ids are the account's; the effective ones stay
  /// root's. A child that resets its ids becomes that account entirely: the saved ids and the
  /// capabilities follow when it executes its program.
  ///
  /// The ids of the process stay root's throughout. Had it the account's real id for a moment, the
  /// child could end it in that moment (kill(2): the sender's id equals the real or saved one).
  static func borrowing<Value: Sendable>(
    _ user: JobUser, _ spawn: @escaping @Sendable () throws -> Value
  ) throws -> Value {
    let answer = Answer<Value>()
    Thread.detachNewThread {
      let result = Result {
        try takeRealIDs(of: user)
        return try spawn()
      }
      answer.set(result)
    }
    return try answer.get()
  }

  private static func takeRealIDs(of user: JobUser) throws {
    try system("take the identity of", user.name) {
      take_real_ids(user.uid, user.gid, Int32(user.groups.count), user.groups)
    }
  }
}

/// What a thread hands to the one that waits for it.
private final class Answer<Value: Sendable>: Sendable {
  private let value = Mutex<Result<Value, any Error>?>(nil)
  private let isThere = DispatchSemaphore(value: 0)

  func set(_ result: Result<Value, any Error>) {
    value.withLock { $0 = result }
    isThere.signal()
  }

  func get() throws -> Value {
    isThere.wait()
    guard let result = value.withLock({ $0 }) else { throw Failure.failed("a thread ended early") }
    return try result.get()
  }
}
