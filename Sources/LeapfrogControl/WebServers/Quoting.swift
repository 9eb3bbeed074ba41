import LeapfrogCore

/// Texts inside a web server's configuration.
enum Quoting {
  /// A text as a regular expression that matches it alone.
  static func regex(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if "\\^$.|?*+()[]{}".contains(character) { result.append("\\") }
      result.append(character)
    }
  }

  /// A regular expression in double quotes, as nginx and Apache read it: both take a backslash before
  /// a quote or a backslash away, nginx also makes control characters of some letters after one.
  static func quoted(_ pattern: String) -> String {
    let characters = Array(pattern)
    var result = ""
    for (index, character) in characters.enumerated() {
      let next = characters.indices.contains(index + 1) ? characters[index + 1] : "\\"
      if character == "\"" || (character == "\\" && "\\\"'trn".contains(next)) {
        result.append("\\")
      }
      result.append(character)
    }
    return "\"\(result)\""
  }

  /// A denied pattern of a profile: paths of an address begin with a slash, which a pattern that is
  /// written for a path below the document root does not say.
  static func denied(_ pattern: String) -> String {
    guard pattern.hasPrefix("^") else {
      // An exclamation mark would negate Apache's rule.
      return pattern.hasPrefix("!") ? "(?:\(pattern))" : pattern
    }
    let rest = pattern.dropFirst()
    let saysIt = ["/", "(/", "(?:/", "(?=/", "(?!/", "(^", "|"].contains { rest.hasPrefix($0) }
    return saysIt ? pattern : "^/" + rest
  }

  /// - Throws: `Failure` for a path that cannot stand in a configuration as it is.
  static func checked(path: String, _ what: String) throws -> String {
    let fits = path.unicodeScalars.allSatisfy { scalar in
      scalar.value > 0x20 && scalar.value != 0x7F
        && !"\"'\\$;{}#%<>()*?[]|^`".unicodeScalars.contains(scalar)
    }
    guard fits else {
      throw Failure.usage(
        "\(what) \(Printable.quoted(path)) has a character that a web server's configuration "
          + "would misread; choose another name")
    }
    return path
  }
}
