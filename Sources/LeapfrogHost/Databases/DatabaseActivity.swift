/// What other connections do with a database, as far as its engine can tell.
struct DatabaseActivity: Codable, Sendable, Equatable {
  /// How many are at work, or were within the last quarter of a second.
  var busy: Int
  /// Who they are, never what they ask: `shop@localhost (2)`.
  var who: String
}

extension DatabaseEngine {
  /// An engine that cannot tell is not waited for.
  func activity() throws -> DatabaseActivity? { nil }
}
