import Foundation
import LeapfrogControl
import LeapfrogCore

/// Draws what a visit to a host found.
struct HostView {
  let console: Console

  func show(_ visit: HostVisit) {
    let machine = visit.machine
    console.line(Styled(visit.host, .bold) + (visit.address.map { "  \($0)" } ?? ""))
    console.table(
      [
        ["machine", "\(machine.hostname), \(machine.system) \(machine.release)"],
        ["", "\(machine.architecture), \(machine.processors) processors, libc \(machine.libc)"],
        ["account", machine.user],
        visit.fingerprint.map { ["host key", $0] },
        ["leapfrog-host", visit.executable],
        visit.upload.map {
          ["", "put there in \(Formats.duration($0.seconds)) (\(Formats.size(Int64($0.bytes))))"]
        },
        ["round trip", Self.milliseconds(visit.roundTrip)],
      ].compactMap { $0 })
    for finding in visit.findings { console.show(finding) }
    if let units = visit.units { show(units, visit.host) }
  }

  private func show(_ units: HostVisit.Units, _ host: String) {
    // Neither a shell nor ssh has set anything at boot.
    defer {
      console.line(
        "  variables that leapfrog needs at boot (password_env, RESTIC_…) belong into "
          + "/etc/leapfrog/environment, or environment-PAIR beside it, with mode 0600")
    }
    guard !units.installed else {
      return console.line("  units installed: \(units.paths.joined(separator: " "))")
    }
    console.line(
      "  units not installed: \(units.reason ?? "it is not allowed"); as root\(host == "local" ? "" : " on \(host)"), type:"
    )
    for command in units.commands { console.lines(command + "\n") }
  }

  private static func milliseconds(_ seconds: Double) -> String {
    String(format: "%.2f ms", seconds * 1000)
  }
}
