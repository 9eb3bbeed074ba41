import Foundation
import Testing

/// What several suites do with a farm besides running the commands.
extension Farm {
  /// Writes `leapfrog.yml` as it is given.
  func write(_ text: String) throws { try Data(text.utf8).write(to: configuration) }

  /// A path below the root.
  func inRoot(_ path: String) -> URL { root.appendingPathComponent(path) }

  /// Runs git in the repository, with no configuration but the repository's own.
  @discardableResult
  func git(_ arguments: String...) throws -> String {
    let outcome = try Shell.run(
      "/usr/bin/git", arguments, in: repository,
      environment: ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"])
    guard outcome.status == 0 else { throw KitError("git \(arguments): \(outcome.text)") }
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Commits files on top of a tag, or of what is checked out, and gives the commit a tag. Files
  /// below `bin/` are executable.
  func commit(_ tag: String, on base: String? = nil, _ files: [String: String]) throws {
    if let base { try git("checkout", "-q", "--detach", base) }
    for (path, text) in files {
      let url = repository.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
      if path.hasPrefix("bin/") { try url.path.withCString { try allow($0) } }
    }
    try git("add", "-A")
    try git("commit", "-q", "--allow-empty", "-m", tag)
    try git("tag", tag)
  }

  private func allow(_ path: UnsafePointer<CChar>) throws {
    guard chmod(path, 0o755) == 0 else { throw KitError("chmod \(String(cString: path))") }
  }

  /// The document of a command with `--json`, which must be one line.
  func json(_ arguments: String..., status: Int32 = 0) throws -> [String: Any] {
    let outcome = try leapfrog(arguments + ["--json"])
    try #require(outcome.status == status, "\(arguments): \(outcome.text)")
    let lines = outcome.output.split(separator: "\n")
    try #require(lines.count == 1, "\(arguments): \(outcome.text)")
    return try Self.object(lines[0])
  }

  /// A JSON text as an object.
  static func object(_ text: some StringProtocol) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    guard let object = value as? [String: Any] else { throw KitError("no object: \(text)") }
    return object
  }

  /// Runs a command that must be refused with an error of one sentence; gives the sentence.
  @discardableResult
  func refused(
    _ arguments: [String], _ status: Int32, naming words: String...,
    location: SourceLocation = #_sourceLocation
  ) throws -> String {
    let outcome = try leapfrog(arguments)
    let shown = Comment("\(arguments): \(outcome.text)")
    #expect(outcome.status == status, shown, sourceLocation: location)
    #expect(outcome.error.hasPrefix("leapfrog"), shown, sourceLocation: location)
    #expect(
      outcome.error.split(separator: "\n").count == 1, shown, sourceLocation: location)
    for word in words {
      #expect(outcome.error.contains(word), shown, sourceLocation: location)
    }
    return outcome.error
  }

  /// Waits until something holds, for at most so many seconds.
  func wait(_ seconds: Double, until holds: () throws -> Bool) throws {
    let end = Date(timeIntervalSinceNow: seconds)
    while try !holds() {
      guard Date() < end else { throw KitError("it did not come about in \(seconds) s") }
      usleep(20_000)
    }
  }
}
