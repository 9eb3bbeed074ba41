import LeapfrogCore

/// The way to a host broke, or could not be made, for a reason that may pass; what goes on there is not
/// touched by it. Everything else that keeps a controller from a host is a `Failure`.
struct LinkLost: Error, CustomStringConvertible {
  /// One sentence without its full stop, which names the host.
  let description: String
  /// The command that tells more, as it is typed.
  var remedy: String?

  init(_ description: String, remedy: String? = nil) {
    self.description = description
    self.remedy = remedy
  }

  /// The same, for the one who does not try again.
  var failure: Failure { .failed(description, remedy: remedy) }
}

extension LinkLost {
  /// Does something that is not tried again.
  static func asFailure<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch let lost as LinkLost { throw lost.failure }
  }
}

/// The other side of a channel stopped listening; the link itself is sound.
struct ChannelClosed: Error {}
