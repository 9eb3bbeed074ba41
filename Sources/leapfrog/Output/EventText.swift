import LeapfrogCore

/// An event as a line for people.
struct EventText {
  /// How much is said.
  enum Detail {
    /// On a terminal, where the running steps are drawn: only what ends.
    case drawn
    /// In a log: besides that, when a site begins, and the steps that took long.
    case logged
    /// Every step.
    case full
  }

  let event: Event
  let detail: Detail

  /// The line; nil for an event that is not worth one.
  var line: String? {
    guard let text else { return nil }
    return detail == .drawn ? text : "\(Formats.clock(event.time))  \(text)"
  }

  private var text: String? {
    switch event.kind {
    case .releaseStarted: event.text.map { "began: \($0)" }
    case .releaseFinished: nil
    case .stageStarted, .stageDrift, .stageFinished, .notice: event.text
    case .buildStarted: "build: \(event.text ?? "")"
    case .buildFinished: "build done\(took)"
    case .drainStarted: event.text
    case .requirementsStarted: event.text
    case .requirementsFinished: "requirements met\(took)"
    case .requirementsFailed: "\(site): \(event.text ?? "")"
    case .afterStageStarted: "after the stage: \(event.text ?? "")"
    case .afterStageFinished: "after the stage: done\(took)"
    case .siteStarted: detail == .drawn ? nil : "\(site): began"
    case .siteFinished: finished
    case .stepStarted, .undoStarted: nil
    case .stepFinished: isWorthALine ? "\(site): \(step) done\(took)" : nil
    case .stepFailed: "\(site): \(step) failed: \(event.text ?? "")"
    case .undoFinished: isWorthALine && hasUndo ? "\(site): \(step) undone\(took)" : nil
    case .undoFailed: "\(site): \(step) could not be undone: \(event.text ?? "")"
    }
  }

  private var isWorthALine: Bool {
    switch detail {
    case .drawn: false
    case .logged: (event.seconds ?? 0) >= 1
    case .full: true
    }
  }

  /// Steps that only looked have nothing to undo, and nobody wants to read that.
  private var hasUndo: Bool {
    switch event.step {
    case .preflight, .prepare, .backup, .check, .refresh, .confirm, nil: false
    default: true
    }
  }

  private var finished: String {
    "\(site): \(word(event.outcome ?? ""))\(downtime)"
  }

  private var downtime: String {
    guard let seconds = event.downtime, event.outcome != "superseded" else { return "" }
    return seconds > 0 ? ", down for \(Formats.duration(seconds))" : ", with no downtime"
  }

  private func word(_ outcome: String) -> String {
    switch outcome {
    case "superseded": event.text ?? "it is migrated in full"
    case "stuck" where event.downtime == 0: "stuck, and a person has to look"
    case "back": "back as it was"
    case "attention": "done, and needs a look"
    case "stuck": "stuck; it stays in maintenance"
    case "moved": "done"
    default: outcome
    }
  }

  private var site: String { event.site ?? "" }
  private var step: String { event.step?.rawValue ?? "" }
  private var took: String { event.seconds.map { " in \(Formats.duration($0))" } ?? "" }
}
