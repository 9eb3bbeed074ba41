/// What is asked of a host is decided on this; the host refuses it when that is not true any more.
public struct Basis: Sendable {
  /// The number of the host's fence that it was decided on; nil where it was decided on nothing of that host.
  public var fence: Int64?
  /// When it was decided where the code of sites goes; nil for what decides nothing of that.
  public var stamp: Int64?

  /// A basis of nothing, where nothing is given: what does not depend on how the pair stands.
  public init(fence: Int64? = nil, stamp: Int64? = nil) {
    (self.fence, self.stamp) = (fence, stamp)
  }
}
