/// One of the two platforms of a pair.
public enum PlatformName: String, Codable, Sendable, CaseIterable, CustomStringConvertible {
  case blue, green

  /// The other platform of the pair.
  public var other: PlatformName { self == .blue ? .green : .blue }

  public var description: String { rawValue }
}
