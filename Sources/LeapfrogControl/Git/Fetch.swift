import LeapfrogCore

/// One fetch into a mirror whose lock is held.
struct Fetch: Sendable {
  let layout: MirrorLayout
  /// How long it may take, for the message.
  let deadline: Duration
  /// When it has to be over.
  let end: ContinuousClock.Instant
  /// Variables that git gets besides this process's own.
  let variables: [String: String]

  /// Fetches; a broken mirror is made anew, once.
  func run(output: Int32) async throws {
    try layout.prepare()
    guard let fault = try await attempt(output: output) else { return }
    guard fault.isBrokenMirror else { throw fault.failure }
    try await startAnew(output: output)
  }

  private func startAnew(output: Int32) async throws {
    try layout.setAside()
    do {
      try layout.prepare()
      if let fault = try await attempt(output: output) { throw fault.failure }
    } catch {
      try layout.restore()
      throw error
    }
    try layout.discardAside()
  }

  private func attempt(output: Int32) async throws -> FetchFault? {
    let git = GitProcess(arguments: arguments, output: output, variables: variables)
    let outcome = try await beforeTheEnd { try await git.run() }
    guard !outcome.isSuccess else { return nil }
    return FetchFault(address: layout.address, said: layout.address.redact(outcome.said))
  }

  private func beforeTheEnd(
    _ body: @escaping @Sendable () async throws -> GitProcess.Outcome
  ) async throws -> GitProcess.Outcome {
    try await withThrowingTaskGroup(of: GitProcess.Outcome?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(until: end)
        return nil
      }
      defer { group.cancelAll() }
      guard let outcome = try await group.next() ?? nil else { throw late }
      return outcome
    }
  }

  private var late: Failure {
    .failed(
      "repository \(layout.address.shown) cannot be fetched: no answer within \(deadline)",
      remedy: "git ls-remote \(Shell.quoted(layout.address.shown))")
  }

  private var arguments: [String] {
    [
      "--git-dir=\(layout.directory)", "-c", "core.hooksPath=/dev/null", "-c",
      "core.fsmonitor=false", "-c", "protocol.ext.allow=never", "-c", "gc.auto=0", "-c",
      "maintenance.auto=false", "fetch", "--quiet", "--prune", "--no-tags", "--force",
      "--no-recurse-submodules", "--no-write-fetch-head", "--end-of-options", MirrorLayout.remote,
      "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*",
    ]
  }
}
