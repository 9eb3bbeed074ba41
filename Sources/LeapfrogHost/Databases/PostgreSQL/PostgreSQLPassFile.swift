/// The password as PostgreSQL's clients read it: a line of a `PGPASSFILE` for every database of the
/// server, because a way back works on more than the site's.
enum PostgreSQLPassFile {
  /// The contents of the file, for a client that has no other.
  static func text(_ password: Secret) -> Secret {
    Secret("*:*:*:*:\(escaped(password.reveal()))\n")
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing(":", with: "\\:")
  }

  /// The password that somebody's file has for a login; nil where it has none.
  static func password(in bytes: [UInt8], of login: ServerLogin) -> Secret? {
    let text = String(decoding: bytes, as: UTF8.self)
    let wanted = [
      [login.socket, login.host, "localhost"].compactMap { $0 },
      [login.port.map(String.init) ?? "5432"], [login.name], login.user.map { [$0] } ?? [],
    ]
    return text.split(separator: "\n").lazy
      .filter { !$0.hasPrefix("#") }.map(fields)
      .first { $0.count == 5 && matches($0, wanted) }?.last.map(Secret.init)
  }

  private static func matches(_ fields: [String], _ wanted: [[String]]) -> Bool {
    zip(fields, wanted).allSatisfy { field, values in
      field == "*" || values.isEmpty || values.contains(field)
    }
  }

  /// The fields of a line, separated by `:`; a backslash takes the next character as it is.
  private static func fields(_ line: Substring) -> [String] {
    var fields = [""]
    var isEscaped = false
    for character in line where character != "\r" {
      if isEscaped || (character != "\\" && character != ":")
        || fields.count == 5 && character == ":"
      {
        fields[fields.count - 1].append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        fields.append("")
      }
    }
    return fields
  }
}
