import LeapfrogCore

/// Names the commands that a host advises as they are typed where leapfrog is.
struct HostShell: Sendable {
  /// The host as ssh knows it.
  let host: String
  /// Where its `leapfrog-host` is.
  let executable: String

  /// The command as it is typed here; those of leapfrog and statements of SQL stay as they are.
  func typed(_ command: String) -> String {
    let word = command.prefix { $0 != " " }
    guard word != "leapfrog", !Self.statements.contains(String(word)) else { return command }
    let there =
      word == "leapfrog-host" ? executable + command.dropFirst(word.count) : command
    return "ssh \(host) \(Self.isPlain(there) ? there : Shell.quoted(there))"
  }

  /// A sentence with each of its `run …` as it is typed here.
  func text(_ sentence: String) -> String {
    let parts = sentence.components(separatedBy: Self.mark)
    return parts.dropFirst().reduce(parts[0]) { text, part in
      guard let end = part.firstIndex(of: "`") else { return text + Self.mark + part }
      return text + Self.mark + typed(String(part[..<end])) + part[end...]
    }
  }

  /// What stands before a command in a sentence of `Failure`.
  private static let mark = "run `"
  private static let statements: Set = ["GRANT"]

  /// Whether words with blanks between them mean to the host's shell what they mean here.
  private static func isPlain(_ command: String) -> Bool {
    command.split(separator: " ").allSatisfy { Shell.quoted(String($0)) == $0 }
  }
}
