import Foundation
import Glibc
import RealServers
import Testing

/// How `leapfrog-host` comes to a host, is proven there, and goes.
@Suite struct UploadTests {
  private let digest: String

  init() throws { digest = try HostCase.digest.get() }

  private func executable(_ host: HostCase) -> URL {
    URL(fileURLWithPath: "\(host.place)/\(digest)/leapfrog-host")
  }

  @Test func theFirstCommandPutsItThere() throws {
    let host = try HostCase()
    let first = try host.leapfrog("status", "acme", "--timeout", "60")
    #expect(first.status == 0, "\(first.text)")
    #expect(first.error.hasPrefix("leapfrog: putting leapfrog-host on web1 ("), "\(first.text)")
    #expect(first.error.split(separator: "\n").count == 1, "\(first.text)")
    #expect(host.versions() == [digest])
    let link = "\(host.place)/leapfrog-host"
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: link) == "\(digest)/leapfrog-host")
    #expect(try Tool.run(["stat", "-c", "%a %U", executable(host).path]) == "700 \(NSUserName())")
    #expect(host.partialFiles().isEmpty)
    let again = try host.must("status", "acme")
    #expect(again.error.isEmpty, "\(again.text)")
  }

  @Test func itGoesWhereTheAccountKeepsItsData() throws {
    let host = try HostCase(server: {
      try SSHDServer(authorized: [$0], environment: ["XDG_DATA_HOME": "\($0.path) of data"])
    })
    try host.expectSight(uploads: true)
    #expect(host.homeContents().isEmpty)
    #expect(FileManager.default.fileExists(atPath: "\(host.key.path) of data/leapfrog/\(digest)"))
  }

  @Test func fiveFirstContactsAtOnce() throws {
    let host = try HostCase()
    let commands = try (1...5).map { number in
      try Shell.start(
        Shell.products.appendingPathComponent("leapfrog").path,
        ["status", "acme", "--timeout", "60"],
        in: host.farm.directory,
        environment: host.farm.environment.merging(host.environment) { $1 },
        output: host.farm.directory.appendingPathComponent("\(number).out"),
        error: host.farm.directory.appendingPathComponent("\(number).err"))
    }
    commands.forEach { $0.waitUntilExit() }
    #expect(commands.map(\.terminationStatus) == [0, 0, 0, 0, 0])
    #expect(host.versions() == [digest] && host.partialFiles().isEmpty)
    #expect(try Tool.run(["sha256sum", executable(host).path]).hasPrefix(digest))
  }

  /// Puts something else in its place, as a whole: it may be running.
  private func replace(_ host: HostCase, _ contents: Data) throws {
    try contents.write(to: executable(host), options: .atomic)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o700], ofItemAtPath: executable(host).path)
  }

  @Test func whatWasAlteredIsNotRun() throws {
    let host = try HostCase()
    try host.expectSight()
    var contents = try Data(contentsOf: executable(host))
    contents[4000] ^= 1
    try replace(host, contents)
    try host.expectRefusal(4, "altered", digest.prefix(12) + "…", "`leapfrog host add web1`")
    try host.refused(["host", "check", "web1"], 4, "altered")
    try host.refused(["exec", "one.example.com", "--", "true"], 4, "altered")
    try host.must("host", "add", "web1")
    try host.expectSight()
  }

  @Test func aProgramInItsPlaceIsNotRun() throws {
    let host = try HostCase()
    try host.expectSight()
    let trace = "\(host.server.home)/was-run"
    try replace(host, Data("#!/bin/sh\ntouch \(trace)\n".utf8))
    try host.expectRefusal(4, "altered", "nothing of it was run")
    #expect(!FileManager.default.fileExists(atPath: trace))
  }

  @Test func anUploadThatIsCutLeavesNothing() throws {
    let host = try HostCase()
    let command = try host.farm.start(
      ["status", "acme", "--timeout", "60"], environment: host.environment)
    try host.farm.wait(60) { !host.partialFiles().isEmpty }
    // Else all of it may be there before the sessions are found.
    kill(command.processIdentifier, SIGSTOP)
    host.server.sessions().forEach { kill($0, SIGKILL) }
    kill(command.processIdentifier, SIGCONT)
    command.waitUntilExit()
    #expect(command.terminationStatus == 1)
    try host.farm.wait(60) { host.partialFiles().isEmpty && host.versions().isEmpty }
    try host.expectSight(uploads: true)
  }

  // MARK: Old versions

  /// A version that was used so many days ago.
  private func plant(_ host: HostCase, _ digit: String, days: Int) throws -> URL {
    let version = URL(fileURLWithPath: "\(host.place)/\(String(repeating: digit, count: 64))")
    try FileManager.default.createDirectory(at: version, withIntermediateDirectories: true)
    let program = version.appendingPathComponent("leapfrog-host")
    try Tool.run(["cp", "/bin/sleep", program.path])
    try Tool.run(["touch", "-d", "\(days) days ago", version.appendingPathComponent("used").path])
    return program
  }

  @Test func oldVersionsGoUnlessSomethingRunsFromThem() throws {
    let host = try HostCase()
    let old = try plant(host, "a", days: 40)
    let recent = try plant(host, "b", days: 20)
    let running = try plant(host, "c", days: 40)
    let process = try ServerProcess([running.path, "60"], directory: host.farm.directory.path)
    try host.expectSight(uploads: true)
    #expect(!FileManager.default.fileExists(atPath: old.deletingLastPathComponent().path))
    #expect(FileManager.default.fileExists(atPath: recent.path))
    #expect(FileManager.default.fileExists(atPath: running.path))
    process.stop()
  }
}
