import LeapfrogCore

extension TextRule {
  /// The name of a database, or of a user of one.
  static var databaseName: TextRule {
    TextRule(allowed: "letters, digits, '_', '-', '.' and '$', 63 characters at most") { text in
      guard let first = text.utf8.first else { return "is empty" }
      guard first != UInt8(ascii: "-") else { return "begins with '-'" }
      guard text.utf8.count <= 63 else { return "is longer than 63 characters" }
      return text.utf8.allSatisfy(isNameByte) ? nil : "has a character that is not allowed"
    }
  }

  /// The host of a database server.
  static var databaseHost: TextRule {
    TextRule(allowed: "a host's name or address") { text in
      guard let first = text.utf8.first else { return "is empty" }
      let allowed = text.utf8.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: ":") }
      return allowed && first != UInt8(ascii: "-") && text.utf8.count <= 253
        ? nil : "is no name or address of a host"
    }
  }

  /// A file of the host, absolute or below the site's data.
  static var hostPath: TextRule {
    TextRule(allowed: "an absolute path, or one below the site's data") { text in
      text.hasPrefix("/") ? RootPath.fault(in: text) : RelativePath.fault(in: text)
    }
  }

  /// A variable of the environment.
  static var variable: TextRule {
    TextRule(allowed: "the name of an environment variable, such as SHOP_PASSWORD") { text in
      guard let first = text.utf8.first else { return "is empty" }
      let allowed = text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
      return allowed && !(0x30...0x39).contains(first) ? nil : "is no name of a variable"
    }
  }

  /// A variable that commands get from the environment of `leapfrog-host`.
  static var passedVariable: TextRule {
    TextRule(allowed: variable.allowed) { text in
      if text.hasPrefix("LEAPFROG_") { return "is set by leapfrog itself" }
      return variable.fault(text)
    }
  }

  /// The name of a header of an answer.
  static var headerName: TextRule {
    TextRule(allowed: "letters, digits and '-'", takesAnyScalar: true) { text in
      let allowed = text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
      return text.isEmpty || !allowed ? "is no name of a header" : nil
    }
  }

  /// The value of a header; empty for any.
  static var headerValue: TextRule {
    TextRule(allowed: "a text on one line", takesAnyScalar: true) { text in
      text.utf8.contains { $0 < 0x20 } ? "has a control character" : nil
    }
  }

  /// A restic repository. The host keeps its address, so it may hold no password.
  static var resticRepository: TextRule {
    let allowed =
      "a repository as `restic -r` takes it; what logs in to a server goes into the environment, "
      + "such as RESTIC_REST_PASSWORD"
    return TextRule(allowed: allowed, isSecret: true) { text in
      guard let first = text.utf8.first else { return "is empty" }
      guard first != UInt8(ascii: "-") else { return "begins with '-'" }
      if holdsPassword(text) { return "holds a password" }
      return text.utf8.contains { $0 < 0x20 } ? "has a control character" : nil
    }
  }

  /// Whether an address says `//USER:PASSWORD@HOST`.
  private static func holdsPassword(_ text: String) -> Bool {
    guard let start = text.firstRange(of: "//")?.upperBound else { return false }
    let place = text[start...].prefix { $0 != "/" }
    guard let at = place.lastIndex(of: "@") else { return false }
    return place[..<at].contains(":")
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || "_-.$".utf8.contains(byte)
  }
}
