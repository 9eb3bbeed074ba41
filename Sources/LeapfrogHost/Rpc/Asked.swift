import LeapfrogCore

/// A request that changes a pair; it may come again, because its answer was lost.
struct Asked {
  var pair: String
  var request: String
  var claim: Claim
  var actor: String
  /// Whether the worker that does it begins what was not begun.
  var startsNew: Bool

  func entrant(_ what: String) -> Entrant {
    Entrant(pair: pair, claim: claim, actor: actor, what: what)
  }
}

extension WorkParams {
  var asked: Asked {
    Asked(
      pair: order.spec.name, request: request, claim: claim, actor: order.actor, startsNew: true)
  }
}

extension ControlParams {
  var asked: Asked {
    Asked(pair: pair, request: request, claim: claim, actor: actor, startsNew: action == .resume)
  }
}
