import LeapfrogCore

/// The profiles that a configuration can name: the user's own, then the built-in ones. A user's
/// profile of a built-in one's name takes its place, and may still begin from it.
struct ProfileShelf {
  private let own: [OwnProfile]
  private var drafts: [String: ProfileDraft] = [:]

  /// Reads every profile of the user's, so that all mistakes are found whether it is used or not.
  init(own: [OwnProfile] = []) throws {
    self.own = own
    for profile in own { drafts[profile.name] = try draft(of: profile) }
  }

  /// The names that `app:` takes: the built-in ones, then the user's.
  var names: [String] {
    let builtIn = ProfileText.builtIn.map(\.name)
    return builtIn + own.map(\.name).filter { !builtIn.contains($0) }
  }

  /// The profile of that name; nil where there is none.
  ///
  /// - Throws: `Failure` when a built-in one cannot be read.
  func profile(_ name: String) throws -> Profile? {
    if let draft = drafts[name] { return draft.profile }
    return try Self.builtIn(name)?.profile
  }

  /// The user's profiles, each with its YAML.
  var texts: [ProfileText] { own.map(\.text) }

  static func builtIn(_ name: String) throws -> ProfileDraft? {
    guard let text = ProfileText.builtIn.first(where: { $0.name == name }) else { return nil }
    let mistakes = Mistakes(file: text.place)
    let root = try Configuration.root(of: text.text, mistakes: mistakes)
    let section = Section(root, path: "", line: root.line, mistakes: mistakes)
    let base = try section.text("extends", .anyText).flatMap(builtIn)
    let draft = ProfileReader(section: section, name: name).read(over: base)
    try mistakes.check()
    return draft
  }

  // MARK: The user's own

  private func draft(of profile: OwnProfile) throws -> ProfileDraft {
    let reader = ProfileReader(section: profile.section, name: profile.name)
    guard let name = profile.section.text("extends", extendable(by: profile)) else {
      return reader.read(over: nil)
    }
    guard let other = base(name, of: profile.name) else {
      return reader.read(over: try Self.builtIn(name))
    }
    return reader.read(over: try draft(of: other.silently))
  }

  /// The user's profile that another one of theirs begins from; nil where that is a built-in one.
  private func base(_ name: String, of other: String) -> OwnProfile? {
    name == other ? nil : own.first { $0.name == name }
  }

  private func extendable(by profile: OwnProfile) -> TextRule {
    let builtIn = ProfileText.builtIn.map(\.name)
    let allowed = (builtIn + own.map(\.name).filter { $0 != profile.name }).uniqued
    return TextRule(allowed: allowed.joined(separator: ", ")) { text in
      if leads(text, of: profile.name, to: profile.name) { return "begins from it in turn" }
      return TextRule.choice(allowed, planned: []).fault(text)
    }
  }

  /// Whether the way from one profile to what it begins from, and so on, passes a name.
  private func leads(_ name: String, of other: String, to end: String) -> Bool {
    var next = base(name, of: other)
    for _ in own {
      guard let profile = next,
        case .scalar(let name, _)? = profile.section.value("extends")?.content
      else { return false }
      next = base(name, of: profile.name)
      if next?.name == end { return true }
    }
    return false
  }
}

/// A profile of the user's: where it is written, and what.
struct OwnProfile {
  var name: String
  var section: Section
  var text: ProfileText

  /// The same profile for one that begins from it: its own mistakes are noted once.
  fileprivate var silently: OwnProfile {
    OwnProfile(name: name, section: section.noting(in: Mistakes(file: "")), text: text)
  }
}

extension Array where Element: Hashable {
  /// The elements in their order, each once.
  fileprivate var uniqued: [Element] {
    var known: Set<Element> = []
    return filter { known.insert($0).inserted }
  }
}
