/// What a healthy site is: an answer to a request, or a command that succeeds. Asked at the preview
/// before the flip, and at the public address after it.
public struct CheckSpec: Codable, Sendable, Equatable {
  /// The path asked, for example `/`; not asked where there is a command.
  public var url: String
  /// The status expected.
  public var status: Int
  /// A text that the body must contain; nil when any body will do.
  public var contains: String?
  /// A text that the body must not contain.
  public var lacks: String?
  /// Headers that the answer must have, by name, whatever the case; an empty value for any value.
  public var headers: [String: String]
  /// Seconds for one answer, or for the command.
  public var timeout: Int
  /// How often a wrong answer is asked again, a second later.
  public var retries: Int
  /// Run in the target platform instead of asking a page; exit status 0 is healthy.
  public var command: Command

  /// A check that expects status 200 of `/` within ten seconds, where nothing else is said.
  public init(
    url: String = "/", status: Int = 200, contains: String? = nil, lacks: String? = nil,
    headers: [String: String] = [:], timeout: Int = 10, retries: Int = 0, command: Command = .none
  ) {
    self.url = url
    self.status = status
    self.contains = contains
    self.lacks = lacks
    self.headers = headers
    self.timeout = timeout
    self.retries = retries
    self.command = command
  }
}
