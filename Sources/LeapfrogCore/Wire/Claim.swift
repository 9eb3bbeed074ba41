/// What the one who asks for a change bases it on. A host refuses it when somebody else changed the pair
/// since: a controller can sleep for an hour and wake up with a decision that is not true any more.
public struct Claim: Codable, Sendable, Equatable {
  /// Names one run of a command of a controller.
  public var token: String
  /// The number of the fence that what is asked was decided on; nil when it decided nothing on that.
  public var fence: Int64?

  /// - Parameter fence: nil when what is asked was not decided on how the pair stands.
  public init(token: String, fence: Int64? = nil) {
    self.token = token
    self.fence = fence
  }
}
