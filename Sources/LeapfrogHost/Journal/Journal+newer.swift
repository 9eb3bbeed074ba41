import GRDB
import LeapfrogCore

extension Journal {
  /// Refuses a journal that a newer leapfrog wrote, by its version or by a word in one of its records. One that
  /// cannot be read at all is nobody's.
  static func refuseNewer(_ layout: Layout) throws {
    do {
      try verifyKnown(layout)
    } catch let failure as Failure where failure.kind == .refused {
      throw failure
    } catch {}
  }

  private static func verifyKnown(_ layout: Layout) throws {
    guard Files.exists(layout.journal) else { return }
    let journal = try Journal(layout: layout)
    for release in try journal.releases(limit: .max) { _ = try journal.migrations(of: release.id) }
    var number: Int64 = 0
    while let last = try journal.events(after: number, release: nil, limit: 1000).last {
      number = last.number
    }
  }
}
