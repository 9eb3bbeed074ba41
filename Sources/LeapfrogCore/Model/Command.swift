/// A command as a list of arguments; a text in the configuration becomes `sh -c TEXT`.
public struct Command: Codable, Sendable, Equatable {
  /// The program and its arguments; empty for a command that does nothing.
  public var arguments: [String]

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

  public init(from decoder: any Decoder) throws {
    arguments = try decoder.singleValueContainer().decode([String].self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(arguments)
  }
}
