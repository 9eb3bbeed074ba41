/// One of the two platforms of a pair.
public enum PlatformName: String, Codable, Sendable, CaseIterable, CustomStringConvertible {
  case blue, green

  /// The other platform of the pair.
  public var other: PlatformName { self == .blue ? .green : .blue }

  /// The name of a file that each platform has and no other: a web server that cannot resolve links
  /// asks for it to know which platform a domain leads to.
  public var marker: String { ".leapfrog-\(rawValue)" }

  /// The name as people type it and as its directory is called.
  public var description: String { rawValue }
}
