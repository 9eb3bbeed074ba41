/// A way to the `leapfrog-host` of one host.
public protocol HostReaching: Sendable {
  /// The host's name in the configuration.
  var name: String { get }
  /// How often in a row a connection may end as soon as it is made before that counts as no accident.
  var accidents: Int { get }

  /// Connects and greets.
  ///
  /// - Throws: `LinkLost` for what may pass, `Failure` for the rest.
  func connect() async throws -> Connection
}
