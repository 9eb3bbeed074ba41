import Glibc
import LeapfrogCore

/// Hands out events after a number and waits a while where there are none yet.
struct EventFeed {
  let pair: Pair
  let journal: Journal

  /// The status of the release comes with the answer only when it is not running any more: with many
  /// sites it is large.
  ///
  /// - Throws: `Failure` when there is no such release: nobody may follow it for ever.
  func next(_ params: EventsParams) throws -> EventsResult {
    if let id = params.release, try journal.state(of: id) == nil {
      throw Failure.usage("\(pair.name) has no release \(id)")
    }
    let deadline = Deadline(seconds: min(params.wait, 60))
    while true {
      let isRunning = try isRunning(params.release)
      let events = try journal.events(
        after: params.after, release: params.release, limit: min(max(1, params.limit), 1000))
      if events.isEmpty, isRunning, !deadline.isOver {
        usleep(10_000)
        continue
      }
      return EventsResult(events: events, release: isRunning ? nil : try release(params.release))
    }
  }

  private func isRunning(_ id: Int64?) throws -> Bool {
    guard let id else { return false }
    return try journal.state(of: id) == .running && PairLock.isHeld(pair.layout)
  }

  private func release(_ id: Int64?) throws -> ReleaseStatus? {
    guard let id, let record = try journal.release(id) else { return nil }
    return try ReleaseReport(pair: pair.name, layout: pair.layout, journal: journal).make(record)
  }
}
