/// A value of the configuration file, with the line where it begins.
struct YAMLValue {
  /// What the value is.
  enum Content {
    case nothing
    case scalar(String, ScalarKind)
    case list([YAMLValue])
    case mapping([Entry])
  }

  /// What a scalar would be read as; its written text is kept whatever it is.
  enum ScalarKind {
    case text, number, boolean
  }

  /// A key with its value.
  struct Entry {
    var key: String
    var line: Int
    var value: YAMLValue
  }

  var line: Int
  var content: Content

  /// What was found here, for a message.
  var found: String {
    switch content {
    case .nothing: "nothing"
    case .scalar(let text, .text): "text \(Printable.quoted(text))"
    case .scalar(let text, .number): "the number \(Printable.text(text))"
    case .scalar(let text, .boolean): "the boolean \(Printable.text(text))"
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }
}

extension YAMLValue.Content {
  /// A scalar that is written without quotes, by YAML's core rules.
  init(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .nothing
    case "true", "True", "TRUE", "false", "False", "FALSE": self = .scalar(text, .boolean)
    default: self = .scalar(text, Self.isNumber(text) ? .number : .text)
    }
  }

  private static func isNumber(_ text: String) -> Bool {
    guard let first = text.first, first.isASCII, !first.isLetter else { return false }
    return Int(text) != nil || Double(text) != nil
  }
}
