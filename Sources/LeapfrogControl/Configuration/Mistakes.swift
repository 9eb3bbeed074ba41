import LeapfrogCore

/// Collects what is wrong with a configuration file, so that all of it is told at once.
final class Mistakes {
  private static let most = 100

  /// The file, as messages call it.
  let file: String
  private let found: Found

  private final class Found {
    var files: [String] = []
    var all: [(file: Int, line: Int, text: String)] = []
  }

  convenience init(file: String) {
    self.init(file: file, Found())
  }

  private init(file: String, _ found: Found) {
    (self.file, self.found) = (file, found)
    found.files.append(file)
    number = found.files.count - 1
  }

  private let number: Int

  /// The same collection for another file, whose mistakes come after those of this one.
  func of(file: String) -> Mistakes {
    Mistakes(file: file, found)
  }

  /// Notes a mistake; `key` is the dotted path of the key, empty for the file itself.
  func add(_ line: Int, _ key: String, _ text: String) {
    found.all.append((number, line, key.isEmpty ? text : "\(key): \(text)"))
  }

  /// Throws all mistakes in the order of their lines, where there is one.
  func check() throws {
    guard !found.all.isEmpty else { return }
    let sorted = found.all.enumerated().sorted {
      ($0.element.file, $0.element.line, $0.offset) < ($1.element.file, $1.element.line, $1.offset)
    }.map(\.element)
    var lines = sorted.prefix(Self.most).map { "\(found.files[$0.file]):\($0.line): \($0.text)" }
    if found.all.count > Self.most { lines.append("and \(found.all.count - Self.most) more") }
    throw Failure.usage(lines: lines.map(\.visible))
  }
}
