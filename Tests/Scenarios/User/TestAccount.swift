import Foundation
import Testing

/// A real account, made for a test and removed with its owner. Needs root.
final class TestAccount: Sendable {
  let name = "leap\(UUID().uuidString.prefix(8).lowercased())"

  init() throws { try Self.add(name, home: "/nonexistent", "--system", "--no-create-home") }

  deinit {
    for _ in 0..<100 {
      let removed = try? Shell.run("/usr/sbin/userdel", [name], in: Shell.project)
      guard removed?.text.contains("lock") == true else { return }
      usleep(50_000)
    }
  }

  /// Adds an account. Other tests, and builds, add theirs at the same time, and each holds a lock for that.
  static func add(_ name: String, home: String, _ options: String...) throws {
    for _ in 0..<100 {
      let made = try Shell.run(
        "/usr/sbin/useradd", options + ["--home-dir", home, name], in: Shell.project)
      if made.status == 0 { return }
      guard made.text.contains("lock") else { throw KitError(made.text) }
      usleep(50_000)
    }
    throw KitError("useradd did not get its lock")
  }

  /// Gives the account a farm, and a way to run `leapfrog` there.
  func programs(of farm: Farm) throws -> ([String]) throws -> Outcome {
    let programs = farm.directory.appendingPathComponent("programs")
    try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
    let files = ["leapfrog", "leapfrog-host"].map { Shell.products.appendingPathComponent($0).path }
    for (program, arguments) in [
      ("/bin/cp", files + [programs.path]),
      ("/bin/chown", ["-R", "\(name):", farm.directory.path]),
    ] {
      let done = try Shell.run(program, arguments, in: programs)
      try #require(done.status == 0, "\(done.text)")
    }
    let switching = ["--reuid=\(name)", "--regid=\(name)", "--init-groups"]
    let program = programs.appendingPathComponent("leapfrog").path
    let own = ["HOME": farm.directory.path, "LEAPFROG_STATE": "\(farm.directory.path)/own"]
    let environment = farm.environment.merging(own) { $1 }
    return { arguments in
      try Shell.run(
        "/usr/bin/setpriv", switching + [program] + arguments, in: farm.directory,
        environment: environment)
    }
  }
}
