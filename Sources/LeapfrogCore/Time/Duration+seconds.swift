extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}

extension ContinuousClock.Instant {
  /// The seconds that have passed since then.
  public var age: Double { duration(to: .now).seconds }
}
