/// A text that nobody is to see: whatever prints, logs or dumps it gets none of it.
struct Secret: Sendable, Equatable {
  private let text: String

  init(_ text: String) { self.text = text }

  /// The text itself, for the one place that hands it on.
  func reveal() -> String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  var description: String { "[secret]" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }
}
