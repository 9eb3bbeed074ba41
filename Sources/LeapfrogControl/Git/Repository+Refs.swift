import CLibgit2
import LeapfrogCore

extension Repository {
  /// What a ref given by a user stands for: a tag, a branch, a ref in full (`refs/…`), a commit's id
  /// or the first 7 or more digits of one.
  ///
  /// The ref is only looked up, never given to a shell or to git. Throws a `Failure` of kind usage
  /// where it is malformed, missing, ambiguous or no commit.
  public func resolve(_ ref: String) throws -> ResolvedRef {
    if let fault = RefRules.fault(in: ref) { throw Self.wrong(ref, fault) }
    if let id = ObjectID(ref) { return try resolve(ref, id: id, digits: 40) }
    if ref.hasPrefix("refs/") { return try resolve(ref, among: [ref]) }
    return try resolve(ref, among: ["refs/tags/\(ref)", "refs/heads/\(ref)"])
  }

  /// The names of all tags, sorted, as a user types them.
  public func tags() throws -> [String] { try names(below: "refs/tags/") }

  /// The names of all branches, sorted, as a user types them.
  public func branches() throws -> [String] { try names(below: "refs/heads/") }

  private func resolve(_ ref: String, among fullNames: [String]) throws -> ResolvedRef {
    var found = try fullNames.compactMap { name in
      try target(of: name).map { ResolvedRef(name: ref, fullName: name, commit: $0) }
    }
    if let abbreviated = try resolve(abbreviated: ref) { found.append(abbreviated) }
    guard let first = found.first else { throw missing(ref) }
    guard found.count == 1 else { throw Self.ambiguous(ref, found) }
    return first
  }

  private func resolve(abbreviated ref: String) throws -> ResolvedRef? {
    let digits = ref.utf8.count
    guard (7..<40).contains(digits), ref.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    guard let id = ObjectID(ref + String(repeating: "0", count: 40 - digits)) else { return nil }
    do {
      return try resolve(ref, id: id, digits: digits)
    } catch is Missing {
      return nil
    }
  }

  /// An object id, whole or its first digits.
  private func resolve(_ ref: String, id: ObjectID, digits: Int) throws -> ResolvedRef {
    var id = id.git
    var object: OpaquePointer?
    let code = git_object_lookup_prefix(&object, pointer, &id, digits, GIT_OBJECT_ANY)
    defer { git_object_free(object) }
    switch code {
    case 0: return ResolvedRef(name: ref, fullName: nil, commit: try commit(at: object, ref))
    case GIT_EAMBIGUOUS.rawValue:
      throw Self.wrong(ref, "is the beginning of more than one object id; write more digits")
    case GIT_ENOTFOUND.rawValue where digits < 40: throw Missing()
    case GIT_ENOTFOUND.rawValue: throw missing(ref)
    default: throw Self.wrong(ref, "cannot be looked up in \(name)")
    }
  }

  /// The commit of a ref in full; nil where there is no such ref.
  private func target(of fullName: String) throws -> ObjectID? {
    var reference: OpaquePointer?
    let code = git_reference_lookup(&reference, pointer, fullName)
    defer { git_reference_free(reference) }
    if code == GIT_ENOTFOUND.rawValue { return nil }
    guard code == 0 else { throw Self.wrong(fullName, "is not a ref that git allows") }
    var object: OpaquePointer?
    try check(git_reference_peel(&object, reference, GIT_OBJECT_ANY), "what \(fullName) names")
    defer { git_object_free(object) }
    return try commit(at: object, fullName)
  }

  private func commit(at object: OpaquePointer?, _ ref: String) throws -> ObjectID {
    var commit: OpaquePointer?
    guard git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0,
      let id = git_object_id(commit)
    else {
      throw Self.wrong(ref, "is not a commit")
    }
    defer { git_object_free(commit) }
    return ObjectID(id)
  }

  private func names(below prefix: String) throws -> [String] {
    var list = git_strarray()
    try Libgit2.check(git_reference_list(&list, pointer), "the refs of \(name) cannot be read")
    defer { git_strarray_dispose(&list) }
    let names = (0..<list.count).compactMap { list.strings[$0].map { String(cString: $0) } }
    return names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

extension Repository {
  /// There is no object whose id begins so.
  private struct Missing: Error {}

  private static func wrong(_ ref: String, _ fault: String) -> Failure {
    .usage("ref '\(GitText.shown(ref))' \(fault)")
  }

  private static func ambiguous(_ ref: String, _ found: [ResolvedRef]) -> Failure {
    let choices = found.map { "`\($0.fullName ?? $0.commit.hex)`" }.joined(separator: " or ")
    return wrong(ref, "is ambiguous; write \(choices)")
  }

  private func missing(_ ref: String) -> Failure {
    let near = nearRefs(to: ref).map(GitText.shown).joined(separator: ", ")
    let hint = near.isEmpty ? "which has no tags or branches" : "which has \(near)"
    return Self.wrong(ref, "is not in \(name), \(hint)")
  }

  private func nearRefs(to ref: String) -> [String] {
    let tags = (try? tags()) ?? []
    let branches = (try? branches()) ?? []
    return NearNames(wanted: ref, newest: newest(of: tags), others: branches + tags).best
  }

  /// The tags of the youngest commits, where there are not too many to look at.
  private func newest(of tags: [String]) -> [String] {
    let dated = tags.suffix(500).map { (name: $0, time: time(of: "refs/tags/\($0)")) }
    return dated.sorted { $0.time > $1.time }.prefix(NearNames.most).map(\.name)
  }

  private func time(of fullName: String) -> Int64 {
    guard let id = try? target(of: fullName) else { return .min }
    var (git, commit): (git_oid, OpaquePointer?) = (id.git, nil)
    guard git_commit_lookup(&commit, pointer, &git) == 0 else { return .min }
    defer { git_commit_free(commit) }
    return git_commit_time(commit)
  }
}
