/// What the one who asks for a change bases it on. A host refuses it when somebody else changed the pair
/// since: a controller can sleep for an hour and wake up with a decision that is not true any more.
public struct Claim: Codable, Sendable, Equatable {
  /// Names one run of a command of a controller.
  public var token: String
  /// The number of the fence that what is asked was decided on; nil when it decided nothing on that.
  public var fence: Int64?
  /// When it was decided where the code of sites goes, as `WorkOrder.stamp` is; later than every decision that
  /// the controller saw. Nil for what decides nothing of that. A host that has heard of a later decision of
  /// another run refuses it: also a host that could not be asked at first, for which there is no fence.
  public var stamp: Int64?

  /// - Parameters:
  ///   - fence: nil when what is asked was not decided on how the pair stands.
  ///   - stamp: nil when it does not decide where the code of sites goes.
  public init(token: String, fence: Int64? = nil, stamp: Int64? = nil) {
    self.token = token
    self.fence = fence
    self.stamp = stamp
  }
}
