import LeapfrogCore

/// Collects what is wrong with a configuration file, so that all of it is told at once.
final class Mistakes {
  private static let most = 100

  private let file: String
  private var found: [(line: Int, text: String)] = []

  init(file: String) {
    self.file = file
  }

  /// Notes a mistake; `key` is the dotted path of the key, empty for the file itself.
  func add(_ line: Int, _ key: String, _ text: String) {
    found.append((line, key.isEmpty ? text : "\(key): \(text)"))
  }

  /// Throws all mistakes in the order of their lines, where there is one.
  func check() throws {
    guard !found.isEmpty else { return }
    let sorted = found.enumerated().sorted {
      ($0.element.line, $0.offset) < ($1.element.line, $1.offset)
    }
    var lines = sorted.prefix(Self.most).map { "\(file):\($0.element.line): \($0.element.text)" }
    if found.count > Self.most { lines.append("and \(found.count - Self.most) more") }
    throw Failure.usage(lines.joined(separator: "\n"))
  }
}
