import Foundation
import Glibc
import RealServers

@testable import LeapfrogHost

/// A real account of a site's owner, made for a test and removed with its owner.
final class SiteAccount {
  let name = "lfs\(UInt32.random(in: 0 ... .max))"
  let user: JobUser

  init() throws {
    // Another test may be writing the accounts, too.
    for attempt in 1...50 {
      do {
        try DataSandbox.run(["useradd", "-r", "-M", "-d", "/nonexistent", "-U", name])
        break
      } catch {
        if attempt == 50 { throw error }
        usleep(100_000)
      }
    }
    user = try JobUser.named(name)
  }

  deinit {
    for _ in 1...50 {
      if (try? DataSandbox.run(["userdel", name])) != nil { return }
      usleep(100_000)
    }
  }

  /// Gives everything below a path to the account.
  func own(_ path: String) throws { try DataSandbox.run(["chown", "-hR", "\(name):", path]) }
}

/// A directory that nobody else can write in, nor in one above it.
final class TrustedPlace {
  let path = NSHomeDirectory() + "/.leapfrog-test-\(UUID().uuidString)"

  init() throws { try Files.makeDirectory(path, mode: 0o755) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, _ name: String) throws -> String {
    try Files.create(Array(text.utf8), at: "\(path)/\(name)")
    return "\(path)/\(name)"
  }
}
