import LeapfrogCore

extension SQLiteFault {
  /// The most of a database's own words that is shown, in characters.
  private static let longest = 400

  /// The fault as an error that names the database.
  func failure(of path: String) -> Failure {
    switch self {
    case .notADatabase: .failed("\(path) is not a SQLite database")
    case .locked:
      .failed("the database \(path) is locked by another process", remedy: "fuser -v \(path)")
    case .full:
      .failed("no space is left for \(path)", remedy: "df -h \(Files.parent(of: path))")
    case .noFile(let suffix):
      .failed("\(path)\(Self.shown(suffix)) is no file", remedy: "ls -l \(path)")
    case .damaged(let answer): .failed("the database \(path) is damaged: \(Self.shown(answer))")
    case .other(let text): .failed("the database \(path): \(Self.shown(text))")
    }
  }

  private static func shown(_ text: String) -> String {
    let line = OutputTail.clean(text.utf8).split(whereSeparator: \.isNewline).joined(
      separator: " / ")
    return String(line.prefix(longest))
  }
}
