import CLibgit2
import Foundation
import LeapfrogCore

/// A commit as a plan shows it.
public struct CommitSummary: Sendable, Hashable {
  /// The commit.
  public let id: ObjectID
  /// The first line of its message.
  public let subject: String
  /// When it was written.
  public let date: Date
}

extension Repository {
  /// The commits that lead to `to` and not to `from` (all where it is nil): how many there are, and
  /// the newest `limit` of them. Throws where the mirror lacks one of the two.
  public func commits(
    from: ObjectID?, to: ObjectID, limit: Int
  ) throws -> (count: Int, first: [CommitSummary]) {
    for commit in [from, to].compactMap(\.self) { try require(commit) }
    var walker: OpaquePointer?
    try check(git_revwalk_new(&walker, pointer), "its history")
    defer { git_revwalk_free(walker) }
    git_revwalk_sorting(walker, GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_TIME.rawValue)
    var id = to.git
    try check(git_revwalk_push(walker, &id), "commit \(to.short)")
    if let from {
      id = from.git
      try check(git_revwalk_hide(walker, &id), "commit \(from.short)")
    }
    return try collect(walker, limit: limit)
  }

  private func collect(
    _ walker: OpaquePointer?, limit: Int
  ) throws -> (count: Int, first: [CommitSummary]) {
    var (count, first, id): (Int, [CommitSummary], git_oid) = (0, [], git_oid())
    while true {
      let code = git_revwalk_next(&id, walker)
      if code == GIT_ITEROVER.rawValue { return (count, first) }
      try check(code, "a commit of its history")
      count += 1
      if first.count < limit { first.append(try summary(of: &id)) }
    }
  }

  private func summary(of id: UnsafePointer<git_oid>) throws -> CommitSummary {
    var commit: OpaquePointer?
    try check(git_commit_lookup(&commit, pointer, id), "commit \(ObjectID(id).short)")
    defer { git_commit_free(commit) }
    let subject = git_commit_summary(commit).map { String(cString: $0) } ?? ""
    let time = git_commit_author(commit)?.pointee.when.time ?? git_commit_time(commit)
    return CommitSummary(
      id: ObjectID(id), subject: GitText.shown(subject),
      date: Date(timeIntervalSince1970: Double(time)))
  }
}
