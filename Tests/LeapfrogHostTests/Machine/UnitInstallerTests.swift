import Foundation
import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// Units are installed by root where there is a systemd, and described everywhere else.
@Suite struct UnitInstallerTests {
  let sandbox: MachineSandbox
  let units = ["acme", "shop"].map {
    RecoveryUnit(
      pair: $0, root: "/srv/\($0) 1", user: "deploy", executable: "/usr/bin/leapfrog-host")
  }

  init() throws { sandbox = try MachineSandbox() }

  @Test func rootInstallsAndEnables() throws {
    try Files.makeDirectory(sandbox.systemd.running)
    try withUmask(0o077) {
      let result = try install()
      #expect(result.installed && result.reason == nil)
      #expect(result.paths == units.map { "\(sandbox.directory)/system/\($0.name)" })
    }
    for unit in units {
      let path = "\(sandbox.directory)/system/\(unit.name)"
      #expect(try Files.read(path) == Array(unit.text.utf8))
      #expect(try #require(FileStatus(path)).mode == 0o644)
    }
    #expect(
      sandbox.asked == [
        "daemon-reload",
        "enable leapfrog-recover-acme.service leapfrog-recover-shop.service",
      ])
  }

  /// An image that is built, or a container.
  @Test func aSystemdThatDoesNotRunIsNotReloaded() throws {
    #expect(try install().installed)
    #expect(sandbox.asked.map { $0.prefix(6) } == ["enable"])
  }

  @Test func itCanBeDoneAgainAndRenewsTheExecutable() throws {
    _ = try install()
    var newer = units
    newer[0].executable = "/opt/leapfrog-host"
    let result = try UnitInstaller(
      units: newer, systemd: sandbox.systemd, isRoot: true
    ).install()
    #expect(result.installed)
    #expect(try Files.read(result.paths[0]) == Array(newer[0].text.utf8))
  }

  @Test func othersAreToldHow() throws {
    let result = try install(isRoot: false)
    #expect(!result.installed)
    #expect(result.reason?.hasPrefix("only root may install units") == true)
    expectNothing()
    // What an administrator is told to type does the same.
    let script = units.commands(in: sandbox.systemd.units).joined(separator: "\n")
    let path = "\(sandbox.directory)/bin:/usr/bin:/bin"
    let ran = try Capture.run(
      Spawn(
        program: "/bin/sh", arguments: ["sh", "-ec", script], environment: ["PATH": path]),
      limit: 1 << 16, seconds: 20)
    #expect(ran.result.isSuccess, "\(String(decoding: ran.errors, as: UTF8.self))")
    for (unit, path) in zip(units, result.paths) {
      #expect(try Files.read(path) == Array(unit.text.utf8))
    }
    #expect(sandbox.asked.map { $0.prefix(6) } == ["daemon", "enable"])
  }

  @Test func withoutSystemctlNothingIsChanged() throws {
    try Files.remove("\(sandbox.directory)/bin/systemctl")
    let result = try install()
    #expect(!result.installed && result.reason == "this host has no systemctl")
    expectNothing()
  }

  @Test func theUnitOfAnotherRootIsLeftAlone() throws {
    var other = units[1]
    other.root = "/home/bob/shop"
    try sandbox.write(other.text, "system/\(other.name)")
    let result = try install()
    #expect(!result.installed)
    #expect(result.reason?.hasSuffix("is there already, and not for /srv/shop 1") == true)
    #expect(try Files.names(in: sandbox.systemd.units) == [other.name])
    #expect(sandbox.asked.isEmpty)
  }

  @Test func whatSystemdRefusesIsTold() throws {
    try sandbox.program("systemctl", "echo 'Unit is masked.' >&2; exit 1")
    let failure = #expect(throws: Failure.self) { try install() }
    #expect(failure?.message.contains("Unit is masked.") == true)
  }

  @Test func aUnitThatCannotBeIsRefusedBeforeAnythingIsWritten() throws {
    var bad = units
    bad[1].executable = "/opt/a'b"
    #expect(throws: Failure.self) {
      try UnitInstaller(units: bad, systemd: sandbox.systemd, isRoot: true).install()
    }
    expectNothing()
  }

  private func install(isRoot: Bool = true) throws -> UnitsResult {
    try UnitInstaller(units: units, systemd: sandbox.systemd, isRoot: isRoot).install()
  }

  private func expectNothing() {
    #expect((try? Files.names(in: sandbox.systemd.units)) == [])
    #expect(sandbox.asked.isEmpty)
  }
}
