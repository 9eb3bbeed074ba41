/// Finds what of a change of code can mean an update of data, by the patterns of a profile.
///
/// A pattern whose regular expression cannot be read counts whatever the lines are: a site that is
/// updated for nothing is better than one that is not updated.
public struct UpdateMatcher {
  private struct Rule {
    var path: PathGlob
    var change: UpdatePattern.Change
    var line: Regex<AnyRegexOutput>?
  }

  private let rules: [Rule]

  /// - Parameter patterns: a profile's; one that fits is enough.
  public init(_ patterns: [UpdatePattern]) {
    rules = patterns.map { pattern in
      let regex = pattern.line.flatMap { try? Regex($0) }
      return Rule(
        path: PathGlob(pattern.path), change: pattern.change,
        // By scalars: a mark that combines with a letter must not hide the letter.
        line: regex?.matchingSemantics(.unicodeScalar))
    }
  }

  /// What a changed file says; nil where it cannot update data. `lines` gives the lines that the
  /// change adds, without their ends, and nil where the file has no lines or too many; it is asked
  /// only where a line decides.
  public func update(
    in path: String, isNew: Bool, lines: () throws -> [String]?
  ) rethrows -> String? {
    let concerned = rules.filter { rule in
      (rule.change == .any || isNew) && rule.path.matches(path)
    }
    guard !concerned.isEmpty else { return nil }
    guard concerned.allSatisfy({ $0.line != nil }) else { return path }
    guard let lines = try lines() else { return path }
    let found = lines.first { line in
      concerned.contains { rule in rule.line.map { line.contains($0) } ?? true }
    }
    return found.map { "\(path): \(Self.short($0))" }
  }

  private static func short(_ line: String) -> String {
    let text = line.split { $0.isWhitespace }.joined(separator: " ")
    return text.count > 100 ? "\(text.prefix(99))…" : text
  }
}
