/// The database of a site.
public enum DatabaseSpec: Codable, Sendable, Equatable {
  /// A SQLite file; `path` is below the site's data.
  case sqlite(path: String)
  /// A database of a MariaDB, MySQL or PostgreSQL server.
  case server(ServerDatabase)
}

/// A database of a server, and where what it takes to log in is. It never holds a password itself.
public struct ServerDatabase: Codable, Sendable, Equatable {
  /// The kind of server.
  public enum Engine: String, Codable, Sendable, CaseIterable {
    /// MariaDB or MySQL.
    case mariadb
    case postgresql
  }

  /// Where the password is.
  public enum Password: Codable, Sendable, Equatable {
    /// Nowhere: the server knows its user by the socket.
    case none
    /// A file on the host, absolute or below the site's data: an option file of MariaDB's clients, or a
    /// `PGPASSFILE`.
    case file(String)
    /// A variable in the environment of `leapfrog-host`.
    case environment(String)
    /// The app's own settings, which its `credentials` command tells; also where all the rest is that
    /// is nil here.
    case app
  }

  /// The kind of server, which decides by what clients it is reached.
  public var engine: Engine
  /// The database's name; nil where the app's settings say it.
  public var name: String?
  /// The server's host; nil for the client's default.
  public var host: String?
  /// The server's TCP port; nil for the engine's own.
  public var port: Int?
  /// The server's socket: a file for MariaDB, a directory for PostgreSQL.
  public var socket: String?
  /// Who logs in; nil for the client's default.
  public var user: String?
  /// Where the password is; never the password itself.
  public var password: Password

  /// A database where what is nil is left to the client's defaults or to the app's settings.
  public init(
    engine: Engine, name: String? = nil, host: String? = nil, port: Int? = nil,
    socket: String? = nil, user: String? = nil, password: Password = .none
  ) {
    self.engine = engine
    self.name = name
    self.host = host
    self.port = port
    self.socket = socket
    self.user = user
    self.password = password
  }
}
