/// How long a session waits for its controller, in seconds: a link can be dead without anybody being told.
public struct Patience: Sendable {
  /// While the session holds a pair's lock, which keeps everybody else out.
  public var locked: Double
  /// At any other time.
  public var idle: Double

  /// A minute with a pair's lock and a quarter of an hour without, where nothing else is said.
  public init(locked: Double = 60, idle: Double = 900) {
    (self.locked, self.idle) = (locked, idle)
  }
}
