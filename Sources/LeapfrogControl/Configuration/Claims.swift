/// Things of which there may be only one: each is claimed where it is written, and a second claim is
/// noted with the line of the first.
struct Claims {
  private let mistakes: Mistakes
  private var names: [String: Sourced] = [:]
  private var paths: [[Substring]: Sourced] = [:]
  private var parents: [[Substring]: Sourced] = [:]

  init(mistakes: Mistakes) {
    self.mistakes = mistakes
  }

  /// Claims a name for the key at `path`.
  ///
  /// - Parameters:
  ///   - key: what there may be only one of, where that is more than the name.
  ///   - rule: what is allowed.
  mutating func claim(
    name: Sourced, key: String? = nil, rule: String = "one place for each domain"
  ) {
    if let owner = names[key ?? name.text] {
      let text = "\(Printable.quoted(name.text)) is taken on line \(owner.line) by \(owner.path)"
      mistakes.add(name.line, name.path, "\(text); allowed: \(rule)")
    } else {
      names[key ?? name.text] = name
    }
  }

  /// Claims a file path with everything below it.
  mutating func claim(filePath: Sourced) {
    let parts = filePath.text.split(separator: "/")
    let above = parts.indices.dropFirst().map { Array(parts[..<$0]) }
    if let owner = paths[parts] ?? above.compactMap({ paths[$0] }).first {
      note(filePath, "is, or is below, the path of", owner)
    } else if let owner = parents[parts] {
      note(filePath, "holds the path of", owner)
    }
    paths[parts] = paths[parts] ?? filePath
    for path in above where parents[path] == nil { parents[path] = filePath }
  }

  private func note(_ filePath: Sourced, _ relation: String, _ owner: Sourced) {
    let text = "\(Printable.quoted(filePath.text)) \(relation) \(owner.path) on line \(owner.line)"
    mistakes.add(
      filePath.line, filePath.path, "\(text); allowed: paths that do not hold each other")
  }
}

/// What the pairs of a configuration claim for themselves.
struct PairClaims {
  var domains: Claims
  var databases: Claims
  private let mistakes: Mistakes
  private var roots: [String: Claims] = [:]

  init(mistakes: Mistakes) {
    self.mistakes = mistakes
    (domains, databases) = (Claims(mistakes: mistakes), Claims(mistakes: mistakes))
  }

  /// Claims the directory of a pair on its host.
  mutating func claim(root: Sourced, on host: String) {
    roots[host, default: Claims(mistakes: mistakes)].claim(filePath: root)
  }
}
