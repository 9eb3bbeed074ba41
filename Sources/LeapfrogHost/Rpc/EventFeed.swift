import Foundation
import LeapfrogCore

/// Hands out events after a number and waits a while where there are none yet.
struct EventFeed {
  let pair: Pair
  let journal: Journal

  func next(_ params: EventsParams) throws -> EventsResult {
    let deadline = Date().addingTimeInterval(min(params.wait, 60))
    while true {
      let events = try journal.events(
        after: params.after, release: params.release, limit: min(max(1, params.limit), 1000))
      let release = try release(params.release)
      if !events.isEmpty || release?.state != .running || Date() >= deadline {
        return EventsResult(events: events, release: release)
      }
      usleep(25_000)
    }
  }

  private func release(_ id: Int64?) throws -> ReleaseStatus? {
    let record = try id.map { try journal.release($0) } ?? journal.openRelease()
    return try record.map(
      ReleaseReport(pair: pair.name, layout: pair.layout, journal: journal).make)
  }
}
