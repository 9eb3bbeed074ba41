import LeapfrogCore

extension PairConfiguration {
  /// What of a change of code can mean an update of the sites' data; nil where the profile cannot tell.
  public var updates: [UpdatePattern]? { Profile.named(spec.app)?.updates }
}
