import LeapfrogCore

/// What a text of the configuration has to be.
struct TextRule {
  /// What is allowed, for a message.
  let allowed: String
  /// Whether a number or a boolean is taken as the text that was written.
  var takesAnyScalar = false
  /// Whether the text may not be shown: it can hold a secret.
  var isSecret = false
  /// What is wrong with a text; nil when it can be used.
  let fault: (String) -> String?
}

extension TextRule {
  /// A site's name or an alias.
  static var domain: TextRule {
    TextRule(
      allowed: "a domain such as www.example.com", takesAnyScalar: true,
      fault: Names.fault(inDomain:))
  }

  /// The name of a pair.
  static var pairName: TextRule {
    TextRule(
      allowed: "lower-case letters, digits, '-' and '_', 63 characters at most",
      takesAnyScalar: true, fault: Names.fault(inPair:))
  }

  /// A path below a directory that the message names.
  static func path(below directory: String) -> TextRule {
    TextRule(allowed: "a relative path below \(directory)", fault: RelativePath.fault(in:))
  }

  /// The document root: the platform itself or a path below it.
  static var docroot: TextRule {
    TextRule(allowed: "`.` or a relative path below the platform") { text in
      text == "." ? nil : RelativePath.fault(in: text)
    }
  }

  /// The directory of a pair.
  static var root: TextRule {
    TextRule(allowed: "an absolute path such as /srv/acme", fault: RootPath.fault(in:))
  }

  /// Where the code is fetched from; it can hold a password.
  static var repository: TextRule {
    TextRule(
      allowed: "an address that git can fetch, or a local path", isSecret: true,
      fault: RepositoryRule.fault(in:))
  }

  /// The host of a pair, as ssh knows it.
  static var host: TextRule {
    TextRule(allowed: "local, or a name that ssh knows", fault: HostName.fault(in:))
  }

  /// A site or a host that goes first.
  static var canary: TextRule {
    TextRule(allowed: "the name of a site or a host", takesAnyScalar: true) { text in
      Names.fault(inDomain: text) == nil ? nil : HostName.fault(in: text)
    }
  }

  /// The engine of a database.
  static var engine: TextRule {
    choice(["sqlite"] + ServerDatabase.Engine.allCases.map(\.rawValue), planned: [])
  }

  /// One of a few words; the planned ones are known but have to wait.
  static func choice(_ words: [String], planned: [String]) -> TextRule {
    TextRule(allowed: words.joined(separator: ", ")) { text in
      if words.contains(text) { return nil }
      if planned.contains(text) { return "is not supported by this version yet" }
      let meant = Nearest.match(text, among: words).map { "; did you mean `\($0)`?" } ?? ""
      return "is not known\(meant)"
    }
  }

  /// A text that a page contains.
  static var contents: TextRule {
    TextRule(allowed: "a text", takesAnyScalar: true) { $0.isEmpty ? "is empty" : nil }
  }
}
