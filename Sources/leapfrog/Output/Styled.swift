/// A text of which parts have a style. A style is the only way to bring an escape sequence into the output:
/// the text itself is escaped when it is written (`Shown`).
struct Styled {
  enum Style: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
  }

  private(set) var parts: [(text: String, style: Style?)]

  init(_ text: String, _ style: Style? = nil) { parts = [(text, style)] }

  static func + (left: Styled, right: Styled) -> Styled {
    var sum = left
    sum.parts += right.parts
    return sum
  }

  static func + (left: Styled, right: String) -> Styled { left + Styled(right) }
  static func + (left: String, right: Styled) -> Styled { Styled(left) + right }
}

extension String.StringInterpolation {
  @available(*, unavailable, message: "add it with +; as a string it would lose its style")
  mutating func appendInterpolation(_ value: Styled) {}
}
