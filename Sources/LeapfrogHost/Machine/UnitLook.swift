import LeapfrogCore

/// Looks at the units that are installed.
struct UnitLook {
  let systemd: Systemd

  /// - Throws: `Failure` when a power cut would leave the pair to people.
  func message(pair: String, root: String) throws -> String {
    let unit = RecoveryUnit(pair: pair, root: root, user: "", executable: "")
    guard isOfRoot(unit) else {
      throw Failure.failed(
        "\(unit.name) is not installed, so what a power cut leaves half done waits for a person")
    }
    guard isCurrent(unit) else {
      throw Failure.failed(
        "\(unit.name) is of an older leapfrog: it has no environment, and the web server waits for it; "
          + "install it again by `leapfrog host add --install-units`")
    }
    guard isEnabled(unit) else {
      throw Failure.failed("\(unit.name) is not enabled, so it does not run at boot")
    }
    return "\(unit.name) runs at boot"
  }

  /// What the unit's file says now; nil when there is none.
  func text(of unit: RecoveryUnit) -> String? {
    try? Systemd.text(of: systemd.path(of: unit.name))
  }

  /// Whether the file of that name is for the unit's root.
  func isOfRoot(_ unit: RecoveryUnit) -> Bool {
    let line = "ConditionPathExists=\(unit.condition)"
    return text(of: unit)?.split(separator: "\n").contains { $0 == line } ?? false
  }

  private func isCurrent(_ unit: RecoveryUnit) -> Bool {
    let lines = text(of: unit)?.split(separator: "\n") ?? []
    return unit.environmentFiles.allSatisfy { lines.contains("EnvironmentFile=-\($0)") }
  }

  private func isEnabled(_ unit: RecoveryUnit) -> Bool {
    Files.exists("\(systemd.units)/multi-user.target.wants/\(unit.name)")
  }
}
