import Foundation
import LeapfrogCore

@testable import LeapfrogControl

/// A real repository in a temporary directory that goes away with it.
final class GitFixture {
  let root: String
  /// The repository, bare.
  let origin: String
  private var clock = 1_700_000_000

  init() throws {
    var template = Array("/tmp/leapfrog-git-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Failure.failed("no temporary directory") }
    root = String(cString: made)
    origin = root + "/origin.git"
    try run(["init", "-q", "--bare", "-b", "main", origin])
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// Opens the repository itself, without a fetch.
  func open() throws -> Repository { try Mirror(repository: origin, directory: origin).open() }

  var mirror: Mirror { Mirror(pair: "acme", repository: origin, below: root + "/mirrors") }

  /// Runs git in the repository; its output without the last newline.
  @discardableResult
  func git(_ arguments: String..., input: [UInt8] = []) throws -> String {
    try run(["--git-dir=\(origin)"] + arguments, input: input)
  }

  func blob(_ text: String) throws -> ObjectID { try object("blob", Array(text.utf8)) }

  /// Writes an object as it is, however wrong.
  func object(_ type: String, _ bytes: [UInt8]) throws -> ObjectID {
    try id(git("hash-object", "-t", type, "-w", "--literally", "--stdin", input: bytes))
  }

  /// Writes a directory of entries in the order given.
  func tree(_ entries: [(mode: String, name: String, id: ObjectID)]) throws -> ObjectID {
    try object("tree", entries.flatMap { Array("\($0.mode) \($0.name)\0".utf8) + $0.id.bytes })
  }

  /// Writes a commit of the files and links (targets begin with `->`), in nested directories.
  func commit(_ files: [String: String], parent: ObjectID? = nil) throws -> ObjectID {
    let index = root + "/index-\(UUID().uuidString)"
    var lines = ""
    for (path, text) in files {
      let isLink = text.hasPrefix("->")
      let id = try blob(isLink ? String(text.dropFirst(2)) : text)
      let mode = isLink ? "120000" : text.hasPrefix("#!") ? "100755" : "100644"
      lines += "\(mode) \(id)\t\(path)\0"
    }
    let environment = ["GIT_INDEX_FILE": index]
    let head = ["--git-dir=\(origin)"]
    try run(
      head + ["update-index", "-z", "--add", "--index-info"], input: Array(lines.utf8),
      environment: environment)
    let tree = try id(run(head + ["write-tree"], environment: environment))
    return try commit(tree: tree, parent: parent)
  }

  func commit(tree: ObjectID, parent: ObjectID? = nil, subject: String = "A change") throws
    -> ObjectID
  {
    let parents = parent.map { ["-p", $0.hex] } ?? []
    return try id(
      run(["--git-dir=\(origin)", "commit-tree", "-m", subject] + parents + [tree.hex]))
  }

  func id(_ text: String) throws -> ObjectID {
    guard let id = ObjectID(text) else { throw Failure.failed("no object id: \(text)") }
    return id
  }

  @discardableResult
  private func run(
    _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
  ) throws -> String {
    clock += 60
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    process.environment = Self.environment(at: clock).merging(environment) { $1 }
    let (standardInput, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (standardInput, output)
    try process.run()
    try standardInput.fileHandleForWriting.write(contentsOf: Data(input))
    try standardInput.fileHandleForWriting.close()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure.failed("git \(arguments) ended with \(process.terminationStatus)")
    }
    return String(decoding: said, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  private static func environment(at clock: Int) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GIT_") }
    for role in ["AUTHOR", "COMMITTER"] {
      environment["GIT_\(role)_NAME"] = "fixture"
      environment["GIT_\(role)_EMAIL"] = "fixture@example.com"
      environment["GIT_\(role)_DATE"] = "\(clock) +0000"
    }
    environment["GIT_CONFIG_GLOBAL"] = "/dev/null"
    environment["GIT_CONFIG_NOSYSTEM"] = "1"
    return environment
  }
}

/// The failure that `body` throws; a failure of another kind where it throws none.
func failure(of body: () throws -> Void) -> Failure? {
  do {
    try body()
    return nil
  } catch {
    return Failure(error)
  }
}

/// The failure that `body` throws.
func failure(of body: () async throws -> Void) async -> Failure? {
  do {
    try await body()
    return nil
  } catch {
    return Failure(error)
  }
}
