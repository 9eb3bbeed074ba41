import LeapfrogCore

extension TextRule {
  /// A listener, as `http://HOST:PORT`.
  static var address: TextRule {
    TextRule(allowed: "http://HOST:PORT", fault: fault(inAddress:))
  }

  /// The path and query of a page.
  static var url: TextRule {
    TextRule(allowed: "the path of a page, such as /", fault: fault(inURL:))
  }

  /// A user of the host.
  static var user: TextRule {
    TextRule(allowed: "the name of a user on the host", fault: fault(inUser:))
  }

  private static func fault(inAddress text: String) -> String? {
    guard text.hasPrefix("http://") else { return "does not begin with http://" }
    let parts = text.dropFirst("http://".count).split(
      separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].allSatisfy(\.isNumber), let port = Int(parts[1]) else {
      return "has no port, or more than host and port"
    }
    guard (1...65535).contains(port) else { return "has a port that is not from 1 to 65535" }
    return Names.fault(inDomain: parts[0].lowercased()).map { "has a host that \($0)" }
  }

  private static func fault(inURL text: String) -> String? {
    guard text.hasPrefix("/") else { return "does not begin with '/'" }
    guard text.utf8.count <= 2000 else { return "is longer than 2000 bytes" }
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      return "has a character that an address cannot hold; write it with '%'"
    }
    return text.contains("#") ? "has a '#', which is never sent" : nil
  }

  private static func fault(inUser text: String) -> String? {
    guard let first = text.utf8.first else { return "is empty" }
    guard text.utf8.count <= 32 else { return "is longer than 32 characters" }
    guard isLetter(first), text.utf8.allSatisfy(isUserCharacter) else {
      return "is no user name: letters, digits, '_', '-' and '.', a letter or '_' first"
    }
    return nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
  }

  private static func isUserCharacter(_ byte: UInt8) -> Bool {
    isLetter(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
  }
}
