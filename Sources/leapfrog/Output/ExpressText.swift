import LeapfrogCore

/// Why a site can or cannot move with no maintenance, in a sentence.
struct ExpressText {
  let app: String
  /// Whether the app's profile says what of a change can mean an update of data.
  let hasPatterns: Bool
  let obstacle: ExpressRuling.Obstacle?
  /// Whether the app has a pending check.
  let asksTheApp: Bool

  var line: String {
    switch obstacle {
    case nil where asksTheApp: "the change cannot touch its data; the app is asked before the flip"
    case nil: "the change cannot touch its data"
    case .never: "`express: never`"
    case .unknown where hasPatterns: "its commit is not in the repository any more"
    case .unknown: "the profile `\(app)` cannot tell what the change means for its data"
    case .updates(let updates): "its data can be updated by \(Formats.names(updates, atMost: 2))"
    case .opens: "it has an `open` command, and no `refresh` to run at a flip that closes nothing"
    case .unseenBuild:
      "`build` can bring code that git does not show, and no `pending` can be asked"
    }
  }
}
