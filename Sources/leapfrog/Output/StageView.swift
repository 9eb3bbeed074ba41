import LeapfrogControl
import LeapfrogCore

/// Shows how a stage goes and what was found on the platform.
struct StageView: Sendable {
  let console: Console
  let ref: ResolvedRef

  /// Draws how many files are sent, on a terminal.
  var progress: Stager.Progress {
    let console = console
    return { sent, total in
      guard console.isTerminal else { return }
      console.control(.clearLine)
      console.passing("sending \(sent) of \(total) files…")
    }
  }

  func finish(_ staged: Staged) {
    if console.isTerminal { console.control(.clearLine) }
    console.line(
      "staged \(ref.name) (\(ref.commit.short)) on \(staged.platform): \(staged.written) written, "
        + "\(staged.removed) removed, \(staged.kept) kept")
    show(staged.drift.modified, "changed by hand, put right")
    show(staged.drift.missing, "missing, put right")
    show(staged.drift.strays, "not of this code, set aside in .leapfrog/aside")
  }

  private func show(_ paths: [String], _ what: String) {
    guard !paths.isEmpty else { return }
    console.line("  \(what): \(Formats.names(paths))")
  }
}
