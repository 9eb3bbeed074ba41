import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogControl

/// Runs the commands of the Django profile in a platform whose python is a shell, and whose `manage.py`
/// is a script for it.
@Suite struct DjangoProfileTests {
  /// What a command ended with and printed.
  private struct Result: Equatable {
    var status: Int32
    var output: String
  }

  private func run(
    _ command: Command, interpreter: String, script: String
  ) throws -> Result {
    let platform = FileManager.default.temporaryDirectory
      .appendingPathComponent("leapfrog-\(UUID().uuidString)")
    let python = platform.appendingPathComponent(interpreter)
    try FileManager.default.createDirectory(
      at: python.deletingLastPathComponent(), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: platform) }
    // A script of our own could be refused as busy while another test's child is being started.
    try FileManager.default.createSymbolicLink(
      atPath: python.path, withDestinationPath: "/bin/sh")
    try Data("\(script)\n".utf8).write(to: platform.appendingPathComponent("manage.py"))
    return try run(command, in: platform)
  }

  private func run(_ command: Command, in platform: URL) throws -> Result {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: command.arguments[0])
    process.arguments = Array(command.arguments.dropFirst())
    process.currentDirectoryURL = platform
    process.environment = ["PATH": "\(platform.path)/path:/usr/bin:/bin"]
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
  }

  @Test(arguments: ["venv/bin/python", ".venv/bin/python", "path/python3"])
  func updatesWithThePlatformsInterpreter(_ interpreter: String) throws {
    let script = "echo \"$PYTHONDONTWRITEBYTECODE $0 $*\"; exit 7"
    let commands = try builtIn("django").commands
    let expected = Result(status: 7, output: "1 manage.py migrate --noinput\n")
    #expect(try run(commands.update, interpreter: interpreter, script: script) == expected)
    #expect(try run(commands.install, interpreter: interpreter, script: script) == expected)
  }

  @Test(arguments: [
    ("echo '[X]  app.0001_initial'", 0), ("echo '(no migrations)'", 0), ("true", 0),
    ("echo '[X]  app.0001_initial'; echo '[ ]  app.0002_next'", 3), ("echo '[ ]  app.0001'", 3),
    ("echo 'reading x[ ]'; echo '[X]  app.0001_initial'", 0),
    ("echo '[ ]  app.0001'; exit 1", 1), ("exit 3", 1), ("kill -9 $$", 1),
    ("[ \"$0 $*\" = 'manage.py showmigrations --plan' ]", 0),
  ])
  func pendingTellsNoneSomeAndError(_ script: String, _ status: Int32) throws {
    let result = try run(
      try builtIn("django").commands.pending, interpreter: "venv/bin/python", script: script)
    #expect(result == Result(status: status, output: ""))
  }
}
