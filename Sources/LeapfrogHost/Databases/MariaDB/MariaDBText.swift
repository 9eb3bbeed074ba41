import LeapfrogCore

/// What `mariadb --batch` prints of rows.
enum MariaDBRows {
  static func parse(_ output: [UInt8]) -> [[String]] {
    output.split(separator: 0x0A).map { line in
      line.split(separator: 0x09, omittingEmptySubsequences: false).map(text)
    }
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    guard field.contains(0x5C) else { return String(decoding: field, as: UTF8.self) }
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in field {
      if isEscaped {
        bytes.append(unescaped(byte))
        isEscaped = false
      } else if byte == 0x5C {
        isEscaped = true
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func unescaped(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "0"): 0
    default: byte
    }
  }
}

/// What may be told of what MariaDB's clients print: they repeat statements that failed, rows and
/// all, and a message can quote a value.
enum MariaDBMessage {
  /// Errors about logins, rights and names, which quote nothing else.
  private static let harmless: Set<Int> = [
    1044, 1045, 1049, 1050, 1051, 1115, 1142, 1143, 1146, 1193, 1227, 1273, 1356, 1370, 1419, 1449,
    1698, 2002, 2003, 2005,
  ]

  static func tellable(_ line: String) -> String? {
    if line.hasPrefix("mariadb") || line.hasPrefix("mysql") { return line }
    guard line.hasPrefix("ERROR ") else { return nil }
    let code = line.dropFirst(6).prefix(while: \.isNumber)
    return harmless.contains(Int(code) ?? 0) ? line : withoutQuotes(line)
  }

  /// The error's number in what was told; nil where there is none.
  static func code(in message: String) -> Int? {
    guard let range = message.firstRange(of: "ERROR ") else { return nil }
    return Int(message[range.upperBound...].prefix(while: \.isNumber))
  }

  private static func withoutQuotes(_ line: String) -> String {
    guard let first = line.firstIndex(of: "'"), let last = line.lastIndex(of: "'"), first < last
    else { return line }
    return line[...first] + "…" + line[last...]
  }
}

/// Names in statements.
enum MariaDBName {
  static func quoted(_ name: String) -> String {
    "`" + name.replacing("`", with: "``") + "`"
  }
}
