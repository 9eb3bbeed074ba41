import Foundation
import Glibc
import LeapfrogCore

/// Installs the units that recover pairs at boot, where this process may, or says how to.
struct UnitInstaller {
  let units: [RecoveryUnit]
  var systemd = Systemd()
  var isRoot = geteuid() == 0

  /// - Throws: `Failure` when a unit cannot be one, or systemd refuses it.
  func install() throws -> UnitsResult {
    for unit in units { _ = try unit.verified }
    let reason = obstacle
    if reason == nil, !units.isEmpty { try write() }
    return UnitsResult(installed: reason == nil, paths: paths, reason: reason)
  }

  private var paths: [String] { units.map { systemd.path(of: $0.name) } }

  private var obstacle: String? {
    guard isRoot else {
      return "only root may install units, and leapfrog-host runs as \(NSUserName())"
    }
    if (try? systemd.systemctl.find()) == nil { return "this host has no systemctl" }
    let look = UnitLook(systemd: systemd)
    let foreign = units.first { look.text(of: $0) != nil && !look.isOfRoot($0) }
    return foreign.map { "\(systemd.path(of: $0.name)) is there already, and not for \($0.root)" }
  }

  private func write() throws {
    for unit in units {
      try Failpoint.around("unit") {
        try Files.write(Array(unit.text.utf8), to: systemd.path(of: unit.name), mode: 0o644)
      }
    }
    if systemd.isRunning { try systemctl(["daemon-reload"]) }
    try systemctl(["enable"] + units.map(\.name))
  }

  private func systemctl(_ arguments: [String]) throws {
    let tool = systemd.systemctl
    _ = try ClientCommand(
      program: try tool.find(), package: tool.package, arguments: arguments
    ).run(seconds: 60)
  }
}
