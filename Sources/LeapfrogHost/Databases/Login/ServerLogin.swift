import Glibc
import LeapfrogCore

/// What it takes to log in to a database of a server, as it is known for one operation.
struct ServerLogin: Sendable {
  /// How the server learns the password.
  enum Password: Sendable {
    /// Not at all, or from the client's own files.
    case none
    case given(Secret)
    /// From a file on the host, absolute: an option file of MariaDB's clients, or a `PGPASSFILE`.
    case file(String)
  }

  /// The database's name.
  var name: String
  /// The server's host; nil for the client's default.
  var host: String?
  var port: Int?
  /// A file for MariaDB, a directory for PostgreSQL.
  var socket: String?
  /// nil for the client's default.
  var user: String?
  var password: Password

  /// The account that clients run as, where not ours: a server that knows its users by the socket
  /// expects the account of the user's name.
  var account: JobUser? {
    guard case .none = password, geteuid() == 0, let user else { return nil }
    guard host == nil || host == "localhost" else { return nil }
    return try? JobUser.named(user)
  }

  /// Which database, for a message.
  var label: String { "the database \(name)" }
}
