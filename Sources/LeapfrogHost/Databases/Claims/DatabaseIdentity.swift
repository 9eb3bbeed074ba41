/// Which database it is, by what its server says of itself: however it is reached, it is the same.
struct DatabaseIdentity: Codable, Hashable, Sendable {
  /// The engine's name.
  var engine: String
  /// What tells the server from every other.
  var server: String
  /// The database's name there.
  var database: String
}

extension DatabaseEngine {
  /// A database that is a file below one site's data can be no other site's.
  func identity() throws -> DatabaseIdentity? { nil }
}
