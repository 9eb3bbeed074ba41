import LeapfrogCore

extension Console {
  /// Says what was looked at, good or bad, and what mends it.
  func show(_ finding: Finding) {
    let mark = finding.good ? Styled("ok ", .green) : Styled("bad", .red)
    line("  " + mark + "  \(finding.subject): \(finding.message)")
    if let remedy = finding.remedy { line("       mend it: \(remedy)") }
  }
}
