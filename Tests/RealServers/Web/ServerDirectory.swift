import Foundation
import Glibc

/// A temporary directory that a server of another user can write to; removed with its owner.
public final class ServerDirectory: Sendable {
  public let path: String

  /// - Parameter user: whose it is, when the test is root.
  public init(user: String? = nil) throws {
    path = "/tmp/leapfrog-server-\(UUID().uuidString)"
    guard mkdir(path, 0o755) == 0 else { throw ServerProcess.Fault("\(path) cannot be made") }
    Leavings.add(path)
    guard let user, geteuid() == 0, let entry = getpwnam(user) else { return }
    guard chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else {
      throw ServerProcess.Fault("\(path) cannot be given to \(user)")
    }
  }

  deinit { Leavings.remove(path) }

  /// Writes a file and gives its path.
  @discardableResult
  public func write(_ text: String, _ name: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }

  /// The text of a file; empty where there is none.
  public func text(_ name: String) -> String {
    (try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)) ?? ""
  }
}
