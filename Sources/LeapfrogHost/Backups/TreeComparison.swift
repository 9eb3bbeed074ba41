import LeapfrogCore

/// What a tree is now, held against a list of what it was.
struct TreeComparison: Sendable {
  /// Of each record of the list, whether it still says what is there.
  private(set) var isKept: [Bool]
  /// What is new, or may not be as it was; sorted by path.
  private(set) var changed: [TreeScan.Entry] = []
  /// What is there no more or, by its path, something else; indices into the list.
  private(set) var gone: [Int] = []
  /// Sockets, FIFOs and devices.
  private(set) var skipped = 0

  /// Below this, a second thread costs more than it saves.
  private static let fewRecords = 2000

  /// Walks a tree, a large one in two threads.
  ///
  /// - Throws: `Unsettled` when strict and something vanishes meanwhile.
  static func make(
    of path: String, with list: SnapshotList, leavingOut: Set<TreePath>, strict: Bool
  ) throws -> TreeComparison {
    let count = list.records.count
    guard count > fewRecords else {
      return try TreeComparison(path, list, 0..<count, .all, leavingOut, strict)
    }
    let middle = list.records[count / 2].path
    let halves = try Threads.both {
      // As a result, because what is unsettled would be a failure else.
      Result {
        try TreeComparison(path, list, 0..<count / 2, .init(to: middle), leavingOut, strict)
      }
    } and: {
      try TreeComparison(
        path, list, count / 2..<count, .init(from: middle), leavingOut, strict)
    }
    var whole = try halves.0.get()
    whole.append(halves.1)
    return whole
  }

  private init(
    _ path: String, _ list: SnapshotList, _ range: Range<Int>, _ part: TreeWalk.Part,
    _ leavingOut: Set<TreePath>, _ strict: Bool
  ) throws {
    let cursor = Cursor(list: list, range: range)
    let tree = try DirectoryTree(path)
    try TreeWalk(tree, leavingOut: leavingOut, strict: strict, part: part, show: cursor.take).run()
    cursor.skipRest()
    (isKept, changed, gone, skipped) = (
      cursor.isKept, cursor.changed, cursor.gone, cursor.skipped
    )
  }

  private mutating func append(_ other: TreeComparison) {
    isKept += other.isKept
    changed += other.changed
    gone += other.gone
    skipped += other.skipped
  }
}

/// Goes along a list while a walk goes along its tree.
private final class Cursor {
  private(set) var isKept: [Bool] = []
  private(set) var changed: [TreeScan.Entry] = []
  private(set) var gone: [Int] = []
  private(set) var skipped = 0
  private let list: SnapshotList
  private let range: Range<Int>
  private var next: Int

  init(list: SnapshotList, range: Range<Int>) {
    (self.list, self.range, next) = (list, range, range.lowerBound)
    isKept.reserveCapacity(range.count)
  }

  func take(_ found: TreeWalk.Found) {
    let order = skipTo(found.path)
    if found.status.kind == .other { skipped += 1 }
    guard order == 0 else { return note(found) }
    let record = list.records[next]
    next += 1
    isKept.append(record.isUntouched(found.status))
    if isKept.last == true { return }
    if record.kind != SnapshotRecord.Kind(found.status.kind) { gone.append(next - 1) }
    note(found)
  }

  func skipRest() {
    while next < range.upperBound { skip() }
  }

  /// Passes the records before a path; 0 when the next one is of that path.
  private func skipTo(_ path: UnsafeRawBufferPointer) -> Int {
    while next < range.upperBound {
      let order = list.records[next].path.order(after: path)
      if order >= 0 { return order }
      skip()
    }
    return 1
  }

  private func skip() {
    isKept.append(false)
    gone.append(next)
    next += 1
  }

  private func note(_ found: TreeWalk.Found) {
    guard found.status.kind != .other else { return }
    changed.append(TreeScan.Entry(path: TreePath(bytes: Array(found.path)), status: found.status))
  }
}
