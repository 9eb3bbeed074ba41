import LeapfrogCore

/// An event as a line for people.
struct EventText {
  let event: Event
  /// On a terminal the running steps are drawn elsewhere, so only what ends is a line.
  let isBrief: Bool

  /// The line; nil for an event that is not worth one.
  var line: String? {
    guard let text else { return nil }
    return isBrief ? text : "\(Formats.clock(event.time))  \(text)"
  }

  private var text: String? {
    switch event.kind {
    case .releaseStarted: event.text.map { "began: \($0)" }
    case .releaseFinished: nil
    case .stageStarted, .stageDrift, .stageFinished: event.text
    case .buildStarted: "build: \(event.text ?? "")"
    case .buildFinished: "build done\(took)"
    case .siteStarted: isBrief ? nil : "\(site): began"
    case .siteFinished: finished
    case .stepStarted, .undoStarted: nil
    case .stepFinished: isBrief ? nil : "\(site): \(step) done\(took)"
    case .stepFailed: "\(site): \(step) failed: \(event.text ?? "")"
    case .undoFinished: isBrief || !hasUndo ? nil : "\(site): \(step) undone\(took)"
    case .undoFailed: "\(site): \(step) could not be undone: \(event.text ?? "")"
    }
  }

  /// Steps that only looked have nothing to undo, and nobody wants to read that.
  private var hasUndo: Bool {
    switch event.step {
    case .preflight, .prepare, .backup, .check, .confirm, nil: false
    default: true
    }
  }

  private var finished: String {
    let down = event.downtime.map { ", down for \(Formats.duration($0))" } ?? ""
    return "\(site): \(Self.word(event.outcome ?? ""))\(down)"
  }

  private static func word(_ outcome: String) -> String {
    switch outcome {
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
