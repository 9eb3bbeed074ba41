import Glibc
import LeapfrogCore

/// The password as PostgreSQL's clients read it: a line of a `PGPASSFILE` for every database of the
/// server, because a way back works on more than the site's.
enum PostgreSQLPassFile {
  /// The contents of the file; nil when no password is given.
  static func secret(of login: ServerLogin) throws -> Secret? {
    switch login.password {
    case .none: return nil
    case .given(let password): return line(password.reveal())
    case .file(let path): return try password(in: path, of: login).map(line)
    }
  }

  private static func line(_ password: String) -> Secret {
    Secret("*:*:*:*:\(escaped(password))\n")
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing(":", with: "\\:")
  }

  private static func password(in path: String, of login: ServerLogin) throws -> String? {
    let text = String(decoding: try Files.read(try real(path), atMost: 1 << 20), as: UTF8.self)
    let wanted = [
      [login.socket, login.host, "localhost"].compactMap { $0 },
      [login.port.map(String.init) ?? "5432"], [login.name], login.user.map { [$0] } ?? [],
    ]
    return text.split(separator: "\n").lazy
      .filter { !$0.hasPrefix("#") }.map(fields)
      .first { $0.count == 5 && matches($0, wanted) }?.last
  }

  private static func real(_ path: String) throws -> String {
    guard let found = realpath(path, nil) else { throw Failure.system("find", path) }
    defer { free(found) }
    return String(cString: found)
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
