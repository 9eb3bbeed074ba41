import Glibc
import LeapfrogCore

/// What is taken of an option file of MariaDB's clients: who logs in, where, and how the connection is
/// encrypted. An option file can name code to load, so no client ever reads one that we did not write.
struct MariaDBOptions: Sendable, Equatable {
  /// Values by their key, which is written with `-`; a password is among them.
  private var values: [String: Secret] = [:]

  /// Says what `!include FILE` or `!includedir DIRECTORY` means: the options of the files.
  typealias Include = (_ directive: String, _ path: String) throws -> MariaDBOptions

  /// Reads an option file as MariaDB's clients do.
  ///
  /// - Parameter include: nil where a file may not include others.
  /// - Throws: `Failure` that names the file, and nothing of its contents.
  init(_ bytes: [UInt8], path: String, include: Include? = nil) throws {
    var group: Substring?
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let line = Self.trimmed(line)
      switch line.first {
      case nil, "#", ";": continue
      case "!": try take(directive: line.dropFirst(), path, include)
      case "[":
        guard let end = line.firstIndex(of: "]") else { throw Self.nonsense(path) }
        group = Self.trimmed(line[line.index(after: line.startIndex)..<end])
      default:
        guard let group else { throw Self.nonsense(path) }
        if Self.groups.contains(group) { take(option: Self.withoutComment(line)) }
      }
    }
  }

  /// No options, or those that the host's own option files set for every client but those that say who
  /// logs in.
  init() {}

  /// The groups that the client reads.
  private static let groups: Set<Substring> = [
    "client", "client-server", "client-mariadb", "mysql", "mariadb-client",
  ]

  private static let texts: Set<String> = [
    "user", "password", "host", "port", "socket", "ssl-ca", "ssl-capath", "ssl-cert", "ssl-cipher",
    "ssl-crl", "ssl-crlpath", "ssl-key", "ssl-mode", "tls-version",
  ]
  private static let switches: Set<String> = ["ssl", "ssl-verify-server-cert"]

  subscript(key: String) -> String? {
    get { values[key]?.reveal() }
    set { values[key] = newValue.map(Secret.init) }
  }

  /// Takes over what another file says, which counts more.
  mutating func take(_ other: MariaDBOptions) { values.merge(other.values) { $1 } }

  /// An option file that says just this.
  var text: Secret {
    let lines = values.sorted { $0.key < $1.key }.map { key, value in
      "\(key)=\"\(Self.escaped(value.reveal()))\"\n"
    }
    return Secret("[client]\n\(lines.joined())")
  }

  // MARK: Reading

  private mutating func take(directive: Substring, _ path: String, _ include: Include?) throws {
    let parts = directive.split(maxSplits: 1, whereSeparator: \.isWhitespace)
    guard parts.count == 2, ["include", "includedir"].contains(parts[0]) else {
      throw Self.nonsense(path)
    }
    guard let include else {
      throw Failure.failed(
        "\(path) includes other files, which a file below a site's data may not; write their options "
          + "into it")
    }
    take(try include(String(parts[0]), String(Self.trimmed(parts[1]))))
  }

  private mutating func take(option line: Substring) {
    let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    var key = String(Self.trimmed(parts[0])).replacing("_", with: "-")
    if key.hasPrefix("loose-") { key = String(key.dropFirst(6)) }
    let value = parts.count == 2 ? Self.unquoted(Self.trimmed(parts[1])) : nil
    if let (name, isOn) = Self.toggled(key, value) { self[name] = isOn ? "1" : "0" }
    if Self.texts.contains(key), let value { self[key] = value }
  }

  private static func toggled(_ key: String, _ value: String?) -> (String, Bool)? {
    for (prefix, isOn) in [("skip-", false), ("disable-", false), ("enable-", true), ("", true)] {
      let name = String(key.dropFirst(prefix.utf8.count))
      guard key.hasPrefix(prefix), switches.contains(name) else { continue }
      let isTrue = value.map { !["0", "off", "false"].contains($0.lowercased()) } ?? true
      return (name, isOn == isTrue)
    }
    return nil
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let start = text.drop(while: \.isWhitespace)
    return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? start.prefix(0)
  }

  /// A `#` begins a comment where it is not between quotes.
  private static func withoutComment(_ line: Substring) -> Substring {
    var quote: Character?
    var isEscaped = false
    for index in line.indices {
      let character = line[index]
      if !isEscaped, character == "'" || character == "\"" {
        if quote == nil { quote = character } else if quote == character { quote = nil }
      }
      if quote == nil, character == "#" { return line[..<index] }
      isEscaped = quote != nil && character == "\\" && !isEscaped
    }
    return line
  }

  private static func unquoted(_ value: Substring) -> String {
    var value = value
    if let first = value.first, value.count > 1, first == "'" || first == "\"", value.last == first
    {
      value = value.dropFirst().dropLast()
    }
    var text = ""
    var isEscaped = false
    for character in value {
      if isEscaped {
        text += escapes[character].map { String($0) } ?? "\\\(character)"
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        text.append(character)
      }
    }
    return isEscaped ? text + "\\" : text
  }

  private static let escapes: [Character: Character] = [
    "n": "\n", "t": "\t", "r": "\r", "b": "\u{8}", "s": " ", "\"": "\"", "'": "'", "\\": "\\",
  ]

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      case "\r": escaped += "\\r"
      case "\t": escaped += "\\t"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  private static func nonsense(_ path: String) -> Failure {
    .failed("\(path) is not an option file of MariaDB's clients")
  }
}

extension MariaDBOptions {
  /// A file that is trusted, with what it includes. As with the clients, one that is missing or that we
  /// may not read is left out.
  ///
  /// - Throws: `Failure` that names what is not to be trusted.
  static func trusted(_ path: String, _ bytes: [UInt8], depth: Int = 0) throws -> MariaDBOptions {
    guard depth < 10 else { throw Failure.failed("\(path) includes itself") }
    return try MariaDBOptions(bytes, path: path) { directive, included in
      let names = directive == "include" ? [""] : try TrustedFile.names(in: included)
      var all = MariaDBOptions()
      for name in names where name.isEmpty || name.hasSuffix(".cnf") {
        let file = name.isEmpty ? included : "\(included)/\(name)"
        guard access(file, R_OK) == 0 else { continue }
        all.take(try trusted(file, TrustedFile.read(file), depth: depth + 1))
      }
      return all
    }
  }

  /// What the host's own files say to every client: where the server is, and how the connection is
  /// encrypted. Who logs in is nothing that they may say.
  static func ofHost() throws -> MariaDBOptions {
    var all = MariaDBOptions()
    for path in ["/etc/my.cnf", "/etc/mysql/my.cnf"] where access(path, R_OK) == 0 {
      do { all.take(try trusted(path, TrustedFile.read(path))) } catch let failure as Failure {
        throw Failure.failed(
          "\(path), which tells MariaDB's clients on this host where their server is, cannot be used: "
            + failure.message, remedy: "ls -l \(path)")
      }
    }
    (all["user"], all["password"]) = (nil, nil)
    return all
  }
}
