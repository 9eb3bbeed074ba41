import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogControl

@Suite struct FetchTests {
  let fixture: GitFixture
  let first: ObjectID

  init() throws {
    fixture = try GitFixture()
    first = try fixture.commit(["a": "1"])
    try fixture.git("update-ref", "refs/heads/main", first.hex)
    try fixture.git("update-ref", "refs/tags/v1", first.hex)
  }

  private func fetch(_ mirror: Mirror, seconds: Int = 60) async throws {
    try await mirror.fetch(deadline: .seconds(seconds))
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  /// The command lines of all processes.
  private func commandLines() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { name in
      guard Int(name) != nil else { return nil }
      return FileManager.default.contents(atPath: "/proc/\(name)/cmdline").map {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }

  private func isRunning(_ word: String) -> Bool {
    commandLines().contains { $0.contains(word) }
  }

  /// Whether nothing of that name runs any more; what was killed may be seen for a moment.
  private func isGone(_ word: String) async throws -> Bool {
    for _ in 0..<1000 where isRunning(word) { try await Task.sleep(for: .milliseconds(20)) }
    return !isRunning(word)
  }

  @Test func aMirrorHasTheBranchesAndTagsOfItsRepositoryAndFollowsThem() async throws {
    let mirror = fixture.mirror
    try await fetch(mirror)
    #expect(try mirror.open().tree(of: first).map(\.path) == ["a"])
    #expect(try mode(mirror.directory) == 0o700)
    #expect(try mode(mirror.directory + "/config") == 0o600)
    let second = try fixture.commit(["a": "2"])
    try fixture.git("update-ref", "refs/tags/v1", second.hex)
    try fixture.git("update-ref", "-d", "refs/heads/main")
    try fixture.git("update-ref", "refs/heads/main/next", second.hex)
    try await fetch(mirror)
    let repository = try mirror.open()
    #expect(try repository.resolve("v1").commit == second)
    #expect(try repository.branches() == ["main/next"])
  }

  @Test func aMirrorThatIsHalfThereIsMadeAnew() async throws {
    let mirror = fixture.mirror
    try FileManager.default.createDirectory(
      atPath: mirror.directory + "/objects", withIntermediateDirectories: true)
    try await fetch(mirror)
    #expect(try mirror.open().contains(first))
  }

  @Test func aMirrorWhoseObjectsAreBrokenIsMadeAnew() async throws {
    let mirror = fixture.mirror
    try await fetch(mirror)
    let loose = "\(mirror.directory)/objects/\(first.hex.prefix(2))/\(first.hex.dropFirst(2))"
    try FileManager.default.removeItem(atPath: loose)
    try Data().write(to: URL(fileURLWithPath: loose))
    let second = try fixture.commit(["a": "2"], parent: first)
    try fixture.git("update-ref", "refs/heads/main", second.hex)
    try await fetch(mirror)
    #expect(try mirror.open().commits(from: nil, to: second, limit: 0).count == 2)
    #expect(!FileManager.default.fileExists(atPath: mirror.directory + ".broken"))
  }

  @Test func whatAKilledGitLeftDoesNotStopTheNext() async throws {
    let mirror = fixture.mirror
    try await fetch(mirror)
    for name in ["packed-refs.lock", "refs/heads/main.lock", "objects/pack/tmp_pack_x"] {
      try Data().write(to: URL(fileURLWithPath: "\(mirror.directory)/\(name)"))
    }
    let second = try fixture.commit(["a": "2"])
    try fixture.git("update-ref", "refs/heads/main", second.hex)
    try await fetch(mirror)
    #expect(try mirror.open().resolve("main").commit == second)
    let pack = mirror.directory + "/objects/pack/tmp_pack_x"
    #expect(!FileManager.default.fileExists(atPath: pack))
  }

  @Test func manyFetchesAtOnceAllSucceed() async throws {
    let mirror = fixture.mirror
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 { group.addTask { try await mirror.fetch(deadline: .seconds(60)) } }
      try await group.waitForAll()
    }
    #expect(try mirror.open().contains(first))
  }

  @Test func hooksOfTheMirrorDoNotRun() async throws {
    let mirror = fixture.mirror
    try await fetch(mirror)
    let mark = fixture.root + "/ran"
    try FileManager.default.createDirectory(
      atPath: mirror.directory + "/hooks", withIntermediateDirectories: true)
    let hook = mirror.directory + "/hooks/reference-transaction"
    try "#!/bin/sh\ntouch \(mark)\n".write(toFile: hook, atomically: true, encoding: .utf8)
    chmod(hook, 0o755)
    try fixture.git("update-ref", "refs/heads/next", first.hex)
    try await fetch(mirror)
    #expect(try mirror.open().branches() == ["main", "next"])
    #expect(!FileManager.default.fileExists(atPath: mark))
  }

  @Test func aRepositoryThatIsNotThereIsNamed() async throws {
    let address = fixture.root + "/nowhere.git"
    let mirror = Mirror(pair: "acme", repository: address, below: fixture.root + "/mirrors")
    let failure = await failure { try await fetch(mirror) }
    #expect(failure?.kind == .failed)
    #expect(failure?.message.hasPrefix("repository \(address) cannot be fetched: ") == true)
    #expect(failure?.message.contains("no git repository") == true)
    #expect(failure?.remedy == "git ls-remote \(address)")
  }

  @Test(arguments: ["ext::sh -c 'touch ran'", "--upload-pack=touch ran", "-", ""])
  func anAddressThatIsACommandRunsNothing(address: String) async throws {
    let mirror = Mirror(pair: "acme", repository: address, below: fixture.root + "/mirrors")
    #expect(await failure { try await fetch(mirror) } != nil)
    #expect(!FileManager.default.fileExists(atPath: "ran"))
  }

  @Test func gitThatIsNotInstalledIsNamed() async throws {
    var mirror = fixture.mirror
    mirror.variables = ["PATH": fixture.root]
    let failure = await failure { try await fetch(mirror) }
    #expect(failure?.remedy == "apt-get install git")
  }

  @Test func anUnfetchedMirrorCannotBeOpened() throws {
    let failure = failure { _ = try fixture.mirror.open() }
    #expect(failure?.message.contains("has to be fetched first") == true)
  }

  @Test func aServerThatNeverAnswersIsLeftAtTheDeadline() async throws {
    let listener = try Listener { _ in nil }
    defer { listener.stop() }
    let address = "git://127.0.0.1:\(listener.port)/x"
    let mirror = Mirror(pair: "acme", repository: address, below: fixture.root + "/mirrors")
    let failure = await failure { try await mirror.fetch(deadline: .milliseconds(500)) }
    #expect(failure?.message.contains("no answer within 0.5 seconds") == true)
    #expect(try await isGone(mirror.directory))
  }

  /// An ssh that starts a child, writes down that it runs, and ignores requests to end.
  private func stubbornMirror() throws -> Mirror {
    let script = fixture.root + "/ssh"
    let text = "#!/bin/sh\ntrap '' TERM\nsleep 987 & echo $! > \(fixture.root)/pid\nwait\nwait\n"
    try text.write(toFile: script, atomically: true, encoding: .utf8)
    chmod(script, 0o755)
    var mirror = Mirror(
      pair: "acme", repository: "ssh://example.com/x", below: fixture.root + "/mirrors")
    mirror.variables = ["GIT_SSH_COMMAND": script, "GIT_SSH_VARIANT": "ssh"]
    return mirror
  }

  @Test func aCancelledFetchEndsAllThatItStarted() async throws {
    let mirror = try stubbornMirror()
    let task = Task { try await mirror.fetch(deadline: .seconds(60)) }
    let note = fixture.root + "/pid"
    for _ in 0..<3000 where (FileManager.default.contents(atPath: note) ?? Data()).isEmpty {
      try await Task.sleep(for: .milliseconds(20))
    }
    let text = try String(contentsOfFile: note, encoding: .utf8)
    let child = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
    #expect(kill(child, 0) == 0)
    task.cancel()
    await #expect(throws: (any Error).self) { try await task.value }
    for _ in 0..<3000 where kill(child, 0) == 0 { try await Task.sleep(for: .milliseconds(20)) }
    #expect(kill(child, 0) != 0)
    #expect(try await isGone(fixture.root + "/ssh"))
    try await fixture.mirror.fetch(deadline: .seconds(60))
  }

  @Test func aPasswordReachesTheServerAndNothingElse() async throws {
    let secret = "Canary7391"
    let listener = try Listener { request in
      guard request.contains("Authorization:") else {
        return "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
          + "Content-Length: 0\r\nConnection: close\r\n\r\n"
      }
      return "HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    }
    defer { listener.stop() }
    let address = "http://user:\(secret)@127.0.0.1:\(listener.port)/x.git"
    let mirror = Mirror(pair: "acme", repository: address, below: fixture.root + "/mirrors")
    let failure = await failure { try await fetch(mirror) }
    let message = try #require(failure).description
    #expect(message.contains("http://***@127.0.0.1"))
    #expect(!message.contains(secret))
    let expected = Data("user:\(secret)".utf8).base64EncodedString()
    #expect(listener.requests.contains { $0.contains("Basic \(expected)") })
    #expect(try mode(mirror.directory + "/credentials") == 0o600)
    let configuration = try String(contentsOfFile: mirror.directory + "/config", encoding: .utf8)
    #expect(!configuration.contains(secret))
  }

  @Test func aPasswordIsInNobodysArguments() async throws {
    let secret = "Canary8462"
    let listener = try Listener { _ in nil }
    defer { listener.stop() }
    let address = "http://user:\(secret)@127.0.0.1:\(listener.port)/x.git"
    let mirror = Mirror(pair: "acme", repository: address, below: fixture.root + "/mirrors")
    let task = Task { try await mirror.fetch(deadline: .seconds(60)) }
    for _ in 0..<6000 where listener.requests.isEmpty {
      try await Task.sleep(for: .milliseconds(10))
    }
    let lines = commandLines()
    task.cancel()
    _ = await task.result
    #expect(lines.contains { $0.contains("127.0.0.1:\(listener.port)") })
    #expect(!lines.contains { $0.contains(secret) })
  }
}
