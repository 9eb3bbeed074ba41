import Foundation
import Glibc
import Testing

/// What ends `leapfrog exec` ends its command.
@Suite struct ExecSignalTests {
  private let farm: Farm
  private let site = "one.example.com"

  init() throws {
    farm = try Farm(sites: ["one.example.com"])
    try farm.must("init", "acme", "v1")
  }

  private var program: String { Shell.products.appendingPathComponent("leapfrog").path }

  /// The command notes its number and stays.
  private var staying: String { "echo $$ > \(farm.directory.path)/pid; exec sleep 300" }

  private func pid() throws -> pid_t {
    let file = farm.directory.appendingPathComponent("pid")
    try farm.wait(30) { !((try? String(contentsOf: file, encoding: .utf8)) ?? "").isEmpty }
    let text = try String(contentsOf: file, encoding: .utf8)
    return try #require(pid_t(text.trimmingCharacters(in: .newlines)))
  }

  @Test func aTimeoutEndsIt() throws {
    let begun = ContinuousClock.now
    let ended = try Shell.run(
      "/usr/bin/timeout", ["3", program, "exec", site, "--", "sh", "-c", staying],
      in: farm.directory, environment: farm.environment)
    #expect(ended.status == 124, "\(ended.text)")
    #expect(ContinuousClock.now - begun < .seconds(60))
    #expect(kill(try pid(), 0) != 0)
  }

  @Test(arguments: [(SIGTERM, 143), (SIGINT, 130), (SIGHUP, 129), (SIGQUIT, 131), (SIGKILL, 9)])
  func aSignalReachesTheCommand(signal: Int32, status: Int) throws {
    let exec = try farm.start(["exec", site, "--", "sh", "-c", staying])
    let command = try pid()
    kill(exec.processIdentifier, signal)
    exec.waitUntilExit()
    #expect(Int(exec.terminationStatus) == status)
    try farm.wait(30) { kill(command, 0) != 0 }
  }

  @Test func itsSignalsAreAtTheirDefaults() throws {
    let said = try Shell.run(
      "/bin/sh",
      ["-c", "trap '' TERM USR1; exec \(program) exec \(site) -- cat /proc/self/status"],
      in: farm.directory, environment: farm.environment)
    for key in ["SigBlk:\t", "SigIgn:\t"] {
      let line = try #require(said.output.split(separator: "\n").first { $0.hasPrefix(key) })
      // The numbers above belong to the C library.
      let signals = try #require(UInt64(line.dropFirst(key.count), radix: 16)) & 0x7FFF_FFFF
      #expect(signals == 0, "\(said.text)")
    }
  }

  /// A script of before had no first line, and `execvp` ran it.
  @Test func aScriptWithoutItsFirstLineRuns() throws {
    let script = farm.data(site).appendingPathComponent("script")
    try Data("echo \"$1\"; exit 6\n".utf8).write(to: script)
    chmod(script.path, 0o755)
    let ended = try farm.leapfrog("exec", site, "--", script.path, "a b")
    #expect(ended.status == 6 && ended.output == "a b\n", "\(ended.text)")
  }

  /// The lock is held by what was left running, too.
  @Test func whatWasLeftRunningIsWaitedFor() throws {
    let script = "sh -c 'echo $$ > \(farm.directory.path)/pid; exec sleep 25' > /dev/null 2>&1 &"
    let left = try farm.leapfrog("exec", site, "--", "sh", "-c", script)
    #expect(left.status == 0, "\(left.text)")
    let upgrade = try farm.start(["upgrade", "acme", "v2"])
    let said = farm.directory.appendingPathComponent("started.out")
    try farm.wait(30) { try String(contentsOf: said, encoding: .utf8).contains("\(site): began") }
    #expect(try upgrade.isRunning && farm.platform(site) == "blue" && farm.closedSites().isEmpty)
    kill(try pid(), SIGKILL)
    upgrade.waitUntilExit()
    #expect(upgrade.terminationStatus == 0)
  }
}
