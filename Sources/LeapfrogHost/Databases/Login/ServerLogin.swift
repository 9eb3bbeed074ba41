import LeapfrogCore

/// What it takes to log in to a database of a server, as it is known for one operation.
struct ServerLogin: Sendable {
  /// The database's name.
  var name: String
  /// The server's host; nil for the client's default.
  var host: String?
  var port: Int?
  /// A file for MariaDB, a directory for PostgreSQL.
  var socket: String?
  /// nil for the client's default.
  var user: String?
  /// nil where the server knows its user by the socket, or where `options` say it.
  var password: Secret?
  /// What an option file of MariaDB's clients says besides.
  var options = MariaDBOptions()
  /// The account that clients run as; nil for ours.
  var account: JobUser?
  /// Whether leapfrog.yml itself names the user, and so may name an administrator of the server.
  var isUserConfigured = false

  /// Which database, for a message.
  var label: String { "the database \(name)" }

  /// The user that is asked for, for a message and a `GRANT`.
  var userName: String { user ?? options["user"] ?? account?.name ?? "" }

  /// The answer to settings of a site that lead to an administrator of its server.
  var refusalOfAdministrator: Failure {
    .refused(
      "\(userName), the user of \(label), administers the server and so reaches the databases of every "
        + "site; an app's settings may not name such a user, and where it is meant, `database` of the "
        + "site in leapfrog.yml says `user: \(userName)`")
  }
}
