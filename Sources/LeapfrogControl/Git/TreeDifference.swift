import CLibgit2
import LeapfrogCore

extension TreeWalk {
  /// Adds the difference of two directories at the place where the walk is; what is the same in both
  /// is not looked into.
  mutating func addDifference(
    from: UnsafePointer<git_oid>, to: UnsafePointer<git_oid>
  ) throws {
    guard git_oid_equal(from, to) == 0 else { return }
    let repository = repository
    try repository.withTree(from) { old in
      try repository.withTree(to) { new in try merge(old, new) }
    }
  }

  private mutating func merge(_ old: TreeHandle, _ new: TreeHandle) throws {
    // A new name can collide with one that was there before, so the whole directory is checked.
    try check(new)
    var (left, right) = (0, 0)
    while left < old.count || right < new.count {
      let (before, after) = (old.entry(at: left), new.entry(at: right))
      let order = Self.order(before, after)
      if order <= 0 { left += 1 }
      if order >= 0 { right += 1 }
      try add(before: order <= 0 ? before : nil, after: order >= 0 ? after : nil)
    }
  }

  private static func order(_ before: RawEntry?, _ after: RawEntry?) -> Int {
    guard let before else { return 1 }
    guard let after else { return -1 }
    return before.order(to: after)
  }

  /// Adds what became of one name.
  private mutating func add(before: RawEntry?, after: RawEntry?) throws {
    switch (before, after) {
    case (let before?, let after?) where before.isSame(as: after): break
    case (let before?, let after?) where before.isTree && after.isTree:
      try enter(after) { try $0.addDifference(from: before.id, to: after.id) }
    case (_, let after?): try add(after)
    case (let before?, nil): try remove(before)
    case (nil, nil): break
    }
  }
}
