import Foundation
import Glibc
import LeapfrogCore

/// The one place that prints: text for people, JSON for scripts.
struct Console: Sendable {
  let isJSON: Bool
  /// Whether standard output is a terminal that can be drawn on.
  var isTerminal: Bool { canDraw && host == nil }
  /// The one of several hosts that is spoken of: it stands before each line.
  var host: String?
  private let canDraw: Bool
  private let hasColor: Bool

  init(json: Bool) {
    let environment = ProcessInfo.processInfo.environment
    isJSON = json
    canDraw = !json && isatty(1) == 1 && environment["TERM"] != "dumb"
    hasColor = canDraw && (environment["NO_COLOR"] ?? "").isEmpty
  }

  /// Prints a line for people; nothing with `--json`.
  func line(_ text: String = "") { line(Styled(text)) }

  func line(_ text: Styled) {
    if !isJSON { emit(.line(prefix + text, colored: hasColor)) }
  }

  /// Prints a text of several lines as it is but for control characters; nothing with `--json`.
  func lines(_ text: String) {
    if !isJSON { emit(.lines(text)) }
  }

  /// Prints one JSON document on one line; nothing without `--json`.
  func document(_ value: some Encodable) throws {
    guard isJSON else { return }
    try Output.write(.json(value))
  }

  /// Says why nothing was done.
  func nothingToDo(_ why: String) -> Int32 {
    line("nothing to do: \(why)")
    try? outcome("nothing to do")
    return 0
  }

  /// Prints the document of what had nothing to follow.
  func outcome(_ text: String) throws {
    try document(OutcomeDocument(outcome: text, host: host))
  }

  private struct OutcomeDocument: Encodable {
    var outcome: String
    var host: String?
  }

  /// A remark beside the result.
  func note(_ text: String) {
    if !isJSON { Output.remark("leapfrog: \(prefix)\(text)") }
  }

  /// Says what went wrong, on standard error, and as a document with `--json`.
  func fail(_ failure: Failure) {
    tell(failure)
    try? document(FailureDocument(error: failure, host: host))
  }

  /// Says it on standard error alone, where the document is another one.
  func tell(_ failure: Failure) {
    // A link's failure begins with the host.
    let names = host.map { failure.message.hasPrefix("\($0) ") } ?? false
    let text = "leapfrog: \(names ? "" : prefix)\(failure)"
    guard failure.isList else { return Output.remark(text) }
    try? Output.write(.lines(text + "\n"), to: 2)
  }

  private var prefix: String { host.map { "\($0): " } ?? "" }

  private struct FailureDocument: Encodable {
    var error: Failure
    var host: String?
  }

  /// Writes to standard output at once.
  private func emit(_ shown: Shown) {
    try? Output.write(shown)
  }

  /// Moves on the terminal that is drawn on.
  func control(_ control: Shown.Control) { emit(.control(control)) }

  /// Draws a line that the next one is drawn over.
  func passing(_ text: String) {
    emit(.begun(text))
    control(.lineStart)
  }

  /// Shows what is waited for while it lasts, on a terminal.
  func waiting<Value>(_ text: String, _ body: () async throws -> Value) async throws -> Value {
    guard isTerminal else { return try await body() }
    passing("\(text)…")
    defer { control(.clearLine) }
    return try await body()
  }

  /// Whether somebody is there who can be asked.
  var canAsk: Bool { isatty(0) == 1 && !isJSON }

  /// Asks a question that `y` answers; without a terminal the answer is no.
  func confirms(_ question: String) -> Bool {
    guard canAsk else { return false }
    emit(.begun("\(question) [y/N] "))
    return readLine(strippingNewline: true)?.lowercased().hasPrefix("y") ?? false
  }

  /// Columns as wide as their widest cell.
  func table(_ rows: [[String]], indent: String = "  ") {
    let rows = rows.map { $0.map(\.visible) }
    let widths = rows.reduce(into: [Int]()) { widths, row in
      for (index, cell) in row.enumerated() {
        if index == widths.count { widths.append(0) }
        widths[index] = max(widths[index], cell.count)
      }
    }
    for row in rows {
      let cells = row.enumerated().map { index, cell in
        cell.padding(toLength: max(widths[index], cell.count), withPad: " ", startingAt: 0)
      }
      line((indent + cells.joined(separator: "  ")).trimmingTrailingSpaces)
    }
  }
}

extension String {
  var trimmingTrailingSpaces: String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}
