import LeapfrogCore

extension TextRule {
  /// Any text at all.
  static var anyText: TextRule { TextRule(allowed: "a text") { _ in nil } }

  /// The name of a profile of the user's.
  static var profileName: TextRule {
    TextRule(
      allowed: "lower-case letters, digits, '-' and '_', 63 characters at most",
      takesAnyScalar: true, fault: Names.fault(inPair:))
  }

  /// Lines for the shell.
  static var shellText: TextRule {
    TextRule(allowed: "a text for the shell") { text in
      text.utf8.contains(0) ? "has a NUL character" : nil
    }
  }

  /// A regular expression.
  static var regularExpression: TextRule {
    TextRule(allowed: "a regular expression") { text in
      guard !text.isEmpty else { return "is empty" }
      return (try? Regex(text)) == nil ? "is no regular expression" : nil
    }
  }

  /// The paths of a repository, with `*` for anything.
  static var pathPattern: TextRule {
    TextRule(allowed: "a path below the repository, with '*' for anything") { text in
      RelativePath.fault(in: text)
    }
  }

  /// The path of a link below the platform.
  static var linkTemplate: TextRule {
    TextRule(
      allowed: "a relative path below the platform, with {docroot}, {site} or {domain}"
    ) { text in
      let isBelowDocroot = text.hasPrefix("{docroot}/")
      let rest = isBelowDocroot ? text.dropFirst("{docroot}/".count) : text[...]
      return fault(inTemplate: String(rest))
    }
  }

  /// What a link of a profile leads to.
  static var linkedTemplate: TextRule {
    TextRule(
      allowed: "`.` or a relative path below the site's data, with {site} or {domain}"
    ) { text in
      text == "." ? nil : fault(inTemplate: text)
    }
  }

  /// What a link leads to.
  static var linked: TextRule {
    TextRule(allowed: "`.` or a relative path below the site's data") { text in
      text == "." ? nil : RelativePath.fault(in: text)
    }
  }

  private static func fault(inTemplate text: String) -> String? {
    let filled = text.replacing("{site}", with: "a").replacing("{domain}", with: "a")
    if filled.contains("{docroot}") { return "has {docroot} where it does not begin" }
    guard !filled.contains("{"), !filled.contains("}") else { return "has an unknown {…}" }
    return RelativePath.fault(in: filled)
  }
}
