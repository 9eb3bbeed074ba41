import Foundation
import Testing

@testable import LeapfrogHost

/// A temporary directory with a site's data and a place for backups, removed with its owner.
final class DataSandbox {
  let root: String
  var data: String { "\(root)/sites/a.example.com" }
  var backup: String { "\(root)/backup" }
  var aside: String { "\(root)/aside" }
  var layout: Layout { Layout(root: root) }
  var store: BackupStore { BackupStore(layout: layout) }
  let site = "a.example.com"

  init() throws {
    let base = FileManager.default.temporaryDirectory.path
    root = "\(base)/leapfrog-data-\(UUID().uuidString)"
    for path in [data, backup, aside] { try Files.makeDirectories(path) }
  }

  deinit {
    // Not by path: a test's tree can be deeper than the longest path.
    guard let tree = try? DirectoryTree(Files.parent(of: root)) else { return }
    try? tree.removeAll(TreePath(Files.name(of: root)))
  }

  /// Runs a program to its end and answers what it printed.
  @discardableResult
  static func run(_ arguments: [String], input: String = "") throws -> String {
    let (process, stdin, stdout) = try start(arguments)
    try stdin.write(contentsOf: Data(input.utf8))
    try stdin.close()
    let output = try stdout.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(arguments)")
    return String(decoding: output, as: UTF8.self)
  }

  static func start(
    _ arguments: [String]
  ) throws -> (process: Process, stdin: FileHandle, stdout: FileHandle) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    let (input, output) = (Foundation.Pipe(), Foundation.Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    return (process, input.fileHandleForWriting, output.fileHandleForReading)
  }

  /// Runs SQL in a process of its own.
  @discardableResult
  func sql(_ sql: String, in path: String) throws -> String {
    try Self.run(["sqlite3", "-batch", "-bail", path], input: sql)
      .trimmingCharacters(in: .newlines)
  }

  /// Starts a process that has done some SQL and keeps its connection.
  func holding(_ sql: String, in path: String) throws -> SQLiteHolder {
    try SQLiteHolder(sql, in: path)
  }

  func bytes(_ path: String) throws -> [UInt8] { try Files.read(path, atMost: 1 << 30) }

  func write(_ text: String, to path: String) throws {
    try Files.makeDirectories(Files.parent(of: "\(data)/\(path)"))
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(data)/\(path)"))
  }

  /// Every path below a directory with all that is to be equal after a way back.
  func tree(_ path: String) throws -> [String] {
    try Self.run([
      "sh", "-c",
      """
      cd "$0" && find . -printf '%P|%y|%m|%U|%G|%s|%l\\0' | sed -z '/|d|/s/|[0-9]*|$/||/' | sort -z
      find . -type f -print0 | sort -z | xargs -0r stat -c '%y'
      find . -type f -print0 | sort -z | xargs -0r sha256sum
      """, path,
    ]).split(whereSeparator: { $0 == "\0" || $0 == "\n" }).map(String.init)
  }
}

/// A process that holds a connection to a SQLite database; killed with its owner.
final class SQLiteHolder {
  private let process: Process
  private let stdin: FileHandle

  init(_ sql: String, in path: String) throws {
    let started = try DataSandbox.start(["sqlite3", "-batch", "-bail", path])
    (process, stdin) = (started.process, started.stdin)
    try stdin.write(contentsOf: Data("\(sql)\n;SELECT 'rea' || 'dy';\n".utf8))
    var seen = ""
    while !seen.contains("ready") {
      let part = started.stdout.availableData
      try #require(!part.isEmpty, "the holder ended")
      seen += String(decoding: part, as: UTF8.self)
    }
  }

  func killNow() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  deinit { if process.isRunning { killNow() } }
}
