/// Text from a repository or from git as a message can show it: with no control characters.
enum GitText {
  /// The text with every control character written as its escape.
  static func shown(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return text.unicodeScalars.map { isControl($0) ? escape($0) : String($0) }.joined()
  }

  /// The bytes of a name, lossily where they are not UTF-8.
  static func shown(_ bytes: some Collection<UInt8>) -> String {
    shown(String(decoding: bytes, as: UTF8.self))
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control
      || scalar.properties.isBidiControl
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    "\\u{\(String(scalar.value, radix: 16))}"
  }
}
