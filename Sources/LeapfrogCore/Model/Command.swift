/// A command as a list of arguments; a text in the configuration becomes `sh -c TEXT`.
public struct Command: Codable, Sendable, Equatable {
  /// The program and its arguments; empty for a command that does nothing.
  public var arguments: [String]

  /// A program and its arguments, which no shell reads.
  public init(_ arguments: [String]) {
    self.arguments = arguments
  }

  /// A text for the shell. Names of sites never become part of it; they are in the environment.
  public init(shell text: String) {
    arguments = ["/bin/sh", "-c", text]
  }

  /// Nothing to run.
  public static let none = Command([])

  /// Whether there is nothing to run.
  public var isNone: Bool { arguments.isEmpty }

  /// The command on one line, for a message: a text for the shell without the shell, the long cut. A
  /// text that begins with a comment is called by it.
  public var summary: String {
    let isShell = arguments.count == 3 && arguments.starts(with: ["/bin/sh", "-c"])
    let text = isShell ? arguments[2] : arguments.joined(separator: " ")
    if isShell, text.hasPrefix("# ") { return String(text.dropFirst(2).prefix { $0 != "\n" }) }
    let line = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
    return line.count > 100 ? "\(line.prefix(99))…" : line
  }

  /// Reads the list of arguments.
  public init(from decoder: any Decoder) throws {
    arguments = try decoder.singleValueContainer().decode([String].self)
  }

  /// Writes the list of arguments.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(arguments)
  }
}
