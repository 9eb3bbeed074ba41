import Foundation
import LeapfrogCore

/// Shows a release as it goes: a line a site on a terminal, plain lines when piped, events as JSON.
final class ReleaseView {
  /// A site's migration as far as it is known.
  private struct Progress {
    var step: StepName
    var isBack = false
    var begun = ContinuousClock.now
    var closed: ContinuousClock.Instant?
  }

  private let console: Console
  private let pair: String
  private var active: [(site: String, progress: Progress)] = []
  private var drawn = 0

  init(console: Console, pair: String) {
    self.console = console
    self.pair = pair
  }

  /// How often `refresh` is due, in seconds.
  var tick: Double { console.isTerminal ? 0.2 : 1 }

  /// Shows one event.
  func show(_ event: Event) throws {
    if console.isJSON { return try console.document(event.on(console.host)) }
    track(event)
    erase()
    if let text = EventText(event: event, detail: console.isTerminal ? .drawn : .logged).line {
      console.line(colored(text, event))
    }
    draw()
  }

  /// Draws the clocks again.
  func refresh() {
    guard console.isTerminal else { return }
    erase()
    draw()
  }

  /// Says how the release ended and what to type next.
  func finish(_ release: ReleaseStatus) {
    erase()
    guard !console.isJSON else { return }
    for line in SummaryText(release: release).lines { console.line(line) }
    for command in release.next { console.line("next: \(command)") }
  }

  private func track(_ event: Event) {
    guard let site = event.site else { return }
    let index = active.firstIndex { $0.site == site }
    switch event.kind {
    case .stepStarted, .undoStarted:
      var progress = index.map { active[$0].progress } ?? Progress(step: .preflight)
      progress.step = event.step ?? progress.step
      progress.isBack = event.kind == .undoStarted
      if event.step == .close, !progress.isBack { progress.closed = .now }
      if let index { active[index].progress = progress } else { active.append((site, progress)) }
    case .stepFinished where event.step == .open:
      if let index { active[index].progress.closed = nil }
    case .stepFinished where event.step == .unseat, .siteFinished:
      if let index { active.remove(at: index) }
    default: break
    }
  }

  private func erase() {
    guard console.isTerminal, drawn > 0 else { return }
    console.control(.clearLines(drawn))
    drawn = 0
  }

  private func draw() {
    guard console.isTerminal else { return }
    for (site, progress) in active { console.line(text(site, progress)) }
    drawn = active.count
  }

  private func text(_ site: String, _ progress: Progress) -> Styled {
    let elapsed = Formats.duration(progress.begun.age)
    let step = progress.isBack ? "undoing \(progress.step.rawValue)" : progress.step.rawValue
    let down =
      progress.closed.map { ", down for \(Formats.duration($0.age))" } ?? ""
    return "  \(site)  " + Styled(step, .yellow) + "  \(elapsed)\(down)"
  }

  private func colored(_ text: String, _ event: Event) -> Styled {
    switch event.kind {
    case .stepFailed, .undoFailed: Styled(text, .red)
    case .siteFinished where event.outcome == "superseded": Styled(text)
    case .siteFinished: Styled(text, event.outcome == "moved" ? .green : .red)
    default: Styled(text)
    }
  }
}
