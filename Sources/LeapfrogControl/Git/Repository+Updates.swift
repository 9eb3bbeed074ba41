import LeapfrogCore

extension Repository {
  /// What can update data on the way from one commit to another, by the patterns: each as a path,
  /// with the line where a line decided. Throws where the mirror lacks one of the commits.
  public func updates(
    from: ObjectID, to: ObjectID, patterns: [UpdatePattern]
  ) throws -> [String] {
    let matcher = UpdateMatcher(patterns)
    var found: [String] = []
    try forEachChange(from: from, to: to) { file in
      let update = try matcher.update(in: file.path, isNew: file.isNew) {
        try addedLines(of: file)
      }
      if let update { found.append(GitText.shown(update)) }
    }
    return found
  }
}
