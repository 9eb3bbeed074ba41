/// What went wrong, told to the reader: the thing, the fault, and the command that mends it.
public struct Failure: Error, Codable, Sendable, Equatable {
  /// The class of a failure; it decides the exit status of the command.
  public enum Kind: String, Codable, Sendable {
    /// It did not work, and everything is as it was before.
    case failed
    /// The command line, the configuration or another input is wrong.
    case usage
    /// Some sites moved, others are back where they were.
    case partly
    /// A rule forbids it: sites on the platform, somebody else at work, no permission.
    case refused
    /// Neither forward nor back was possible; a person has to look.
    case stuck

    /// The exit status of a command that ends with a failure of the class (the public contract).
    public var exitStatus: Int32 {
      switch self {
      case .failed: 1
      case .usage: 2
      case .partly: 3
      case .refused: 4
      case .stuck: 5
      }
    }
  }

  /// The class of the failure.
  public var kind: Kind
  /// One sentence without its full stop, which names the thing and what is wrong with it.
  public var message: String
  /// The command that mends it, as it is typed, where there is one.
  public var remedy: String?
  /// Whether the message has several lines, such as the mistakes of a configuration. Never true of a failure
  /// that came as data: another's text cannot begin a line of its own.
  public private(set) var isList = false

  private enum CodingKeys: CodingKey { case kind, message, remedy }

  /// - Parameters:
  ///   - message: one sentence without its full stop.
  ///   - remedy: the command that mends it, as it is typed; nil where there is none.
  public init(_ kind: Kind, _ message: String, remedy: String? = nil) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
  }

  /// The exit status of a command that ends with this failure (the public contract).
  public var exitStatus: Int32 { kind.exitStatus }
}

extension Failure: CustomStringConvertible {
  /// The message, and the command that mends it where there is one.
  public var description: String {
    guard let remedy else { return message }
    return "\(message); run `\(remedy)`"
  }
}

extension Failure {
  /// It did not work, and everything is as before.
  public static func failed(_ message: String, remedy: String? = nil) -> Failure {
    Failure(.failed, message, remedy: remedy)
  }

  /// The input is wrong.
  public static func usage(_ message: String, remedy: String? = nil) -> Failure {
    Failure(.usage, message, remedy: remedy)
  }

  /// The input is wrong in several places, each reported on a line of its own.
  public static func usage(lines: [String]) -> Failure {
    var failure = Failure(.usage, lines.joined(separator: "\n"))
    failure.isList = true
    return failure
  }

  /// A rule forbids it.
  public static func refused(_ message: String, remedy: String? = nil) -> Failure {
    Failure(.refused, message, remedy: remedy)
  }

  /// A person has to look.
  public static func stuck(_ message: String, remedy: String? = nil) -> Failure {
    Failure(.stuck, message, remedy: remedy)
  }

  /// A pair that was never made in its root.
  public static func noPair(_ name: String, in root: String) -> Failure {
    .failed("there is no pair in \(root) yet", remedy: "leapfrog init \(name) REF")
  }

  /// Any error as a failure; one that is a failure already stays what it is.
  public init(_ error: any Error) {
    self = error as? Failure ?? .failed("\(error)")
  }
}
