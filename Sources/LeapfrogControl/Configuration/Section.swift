import LeapfrogCore

/// A mapping of the configuration that is being read, key by key.
struct Section {
  let path: String
  /// Where its key is.
  let line: Int
  let entries: [YAMLValue.Entry]
  /// Whether the value is no mapping at all, which is noted already.
  let isBroken: Bool
  let mistakes: Mistakes

  /// The mapping of a value; without keys where the value is something else, which is noted.
  init(_ value: YAMLValue, path: String, line: Int, mistakes: Mistakes) {
    self.path = path
    self.mistakes = mistakes
    self.line = line
    switch value.content {
    case .mapping(let entries): (self.entries, isBroken) = (entries, false)
    case .nothing: (entries, isBroken) = ([], false)
    default:
      (entries, isBroken) = ([], true)
      mistakes.add(value.line, path, "found \(value.found); allowed: a mapping")
    }
  }

  private init(_ other: Section, mistakes: Mistakes) {
    (path, line, entries, isBroken) = (other.path, other.line, other.entries, other.isBroken)
    self.mistakes = mistakes
  }

  /// The same mapping with another place for mistakes.
  func noting(in mistakes: Mistakes) -> Section { Section(self, mistakes: mistakes) }

  /// The value of a key; nil where the mapping does not have it.
  func value(_ key: String) -> YAMLValue? {
    entries.first { $0.key == key }?.value
  }

  /// The dotted path of a key.
  func path(_ key: String) -> String {
    DottedPath.join(path, key)
  }

  /// Notes every key that is not allowed. `elsewhere` are the keys of another level, with its name.
  func allow(_ keys: [String], elsewhere: [String] = [], of level: String = "") {
    for entry in entries where !keys.contains(entry.key) {
      mistakes.add(entry.line, path(entry.key), unknown(entry.key, keys, elsewhere, level))
    }
  }

  /// A text that follows its rule; nil where it is absent or wrong.
  func text(_ key: String, _ rule: TextRule) -> String? {
    value(key).flatMap { text(of: $0, path: path(key), rule) }
  }

  /// A text that has to be there; empty where it is absent or wrong, which is noted.
  func required(_ key: String, _ rule: TextRule) -> String {
    if value(key) == nil && !isBroken {
      mistakes.add(line, path, "has no `\(key)`; allowed: \(rule.allowed)")
    }
    return text(key, rule) ?? ""
  }

  /// A text that follows its rule; nil where it is absent, nothing or wrong.
  func optionalText(_ key: String, _ rule: TextRule) -> String? {
    if case .nothing? = value(key)?.content { return nil }
    return text(key, rule)
  }

  /// True or false; nil where it is absent or wrong.
  func boolean(_ key: String) -> Bool? {
    guard let value = value(key) else { return nil }
    if case .scalar(let text, .boolean) = value.content { return text.lowercased() == "true" }
    mistakes.add(value.line, path(key), "found \(value.found); allowed: true, false")
    return nil
  }

  /// A whole number in its range; the default where it is absent or wrong.
  func integer(_ key: String, _ range: ClosedRange<Int>, default standard: Int) -> Int {
    guard let value = value(key) else { return standard }
    if case .scalar(let text, .number) = value.content, let number = Int(text),
      range.contains(number)
    {
      return number
    }
    let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    mistakes.add(value.line, path(key), "found \(value.found); allowed: \(allowed)")
    return standard
  }

  /// The items of a list, each with its path; none where it is absent or wrong.
  func items(_ key: String, of kind: String) -> [(path: String, value: YAMLValue)] {
    guard let value = value(key) else { return [] }
    switch value.content {
    case .nothing: return []
    case .list(let values):
      return values.enumerated().map { ("\(path(key))[\($0.offset)]", $0.element) }
    default:
      mistakes.add(value.line, path(key), "found \(value.found); allowed: a list of \(kind)")
      return []
    }
  }

  /// The variables that `environment` lists; none where it is absent.
  func variables() -> [String] {
    items("environment", of: "names of variables").compactMap { item in
      text(of: item.value, path: item.path, .passedVariable)
    }
  }

  /// The section below a key; nil where it is absent or nothing.
  func section(_ key: String) -> Section? {
    guard let entry = entries.first(where: { $0.key == key }) else { return nil }
    if case .nothing = entry.value.content { return nil }
    return section(of: entry)
  }

  /// The section that one of the entries holds.
  func section(of entry: YAMLValue.Entry) -> Section {
    Section(entry.value, path: path(entry.key), line: entry.line, mistakes: mistakes)
  }

  /// A value as a text that follows its rule; nil where it is wrong, which is noted.
  func text(of value: YAMLValue, path: String, _ rule: TextRule) -> String? {
    guard case .scalar(let text, let kind) = value.content, rule.takesAnyScalar || kind == .text
    else {
      mistakes.add(value.line, path, "found \(value.found); allowed: \(rule.allowed)")
      return nil
    }
    return checked(text, line: value.line, path: path, rule) ? text : nil
  }

  /// Whether a text follows its rule; where it does not, that is noted.
  func checked(_ text: String, line: Int, path: String, _ rule: TextRule) -> Bool {
    guard let fault = rule.fault(text) else { return true }
    let name = rule.isSecret || text.isEmpty ? "the text" : Printable.quoted(text)
    mistakes.add(line, path, "\(name) \(fault); allowed: \(rule.allowed)")
    return false
  }

  private func unknown(
    _ key: String, _ keys: [String], _ elsewhere: [String], _ level: String
  ) -> String {
    if elsewhere.contains(key) {
      return "the key belongs to \(level); allowed here: \(listed(keys))"
    }
    let meant = Nearest.match(key, among: keys).map { "; did you mean `\($0)`?" } ?? ""
    return "the key is not known\(meant); allowed: \(listed(keys))"
  }

  private func listed(_ keys: [String]) -> String {
    keys.joined(separator: ", ")
  }
}
