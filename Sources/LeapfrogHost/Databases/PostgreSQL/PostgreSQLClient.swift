import LeapfrogCore

/// PostgreSQL's client programs, logged in as one user.
struct PostgreSQLClient: Sendable {
  let login: ServerLogin
  private let secret: SecretFile?

  /// What every session of ours asks of the server. A filter on rows must not hide any of them, and a
  /// lock of somebody else is not waited for long, because the site may be closed meanwhile.
  private static let options = [
    "search_path=pg_catalog", "row_security=off", "lock_timeout=15000", "statement_timeout=0",
    "idle_in_transaction_session_timeout=0", "default_transaction_read_only=off",
    "default_transaction_deferrable=off",
  ]

  init(_ login: ServerLogin) throws {
    self.login = login
    secret = try login.password.map {
      try SecretFile(PostgreSQLPassFile.text($0), for: login.account)
    }
  }

  /// A client that connects to a database of the server.
  ///
  /// - Parameter database: nil for the site's.
  func command(
    _ program: String, _ arguments: [String] = [], database: String? = nil, encoding: String = "",
    options: [String] = []
  ) -> ClientCommand {
    ClientCommand(
      program: program, package: "postgresql-client", arguments: arguments,
      environment: environment(database ?? login.name, encoding, Self.options + options),
      secret: secret,
      account: login.account, tellable: PostgreSQLErrors.tellable)
  }

  /// Runs SQL and gives the lines that it printed.
  ///
  /// - Parameters:
  ///   - database: nil for the site's.
  ///   - variables: what `:"name"` stands for.
  func run(
    _ sql: String, in database: String? = nil, variables: [String: String] = [:], seconds: Int = 60
  ) throws -> [String] {
    let command = sqlCommand(in: database, variables: variables)
    let output = try PostgreSQLErrors.naming(database ?? login.name) {
      try command.run(input: sql, seconds: seconds)
    }
    return String(decoding: output, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
  }

  /// A `psql` that reads SQL from its standard input, and ends at the first error.
  func sqlCommand(
    in database: String? = nil, variables: [String: String] = [:], encoding: String = "UTF8",
    arguments: [String] = []
  ) -> ClientCommand {
    let given = variables.sorted { $0.key < $1.key }.flatMap { ["-v", "\($0.key)=\($0.value)"] }
    return command(
      "psql",
      ["-X", "-A", "-t", "-q", "-w", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"] + given
        + arguments + ["-f", "-"],
      database: database, encoding: encoding)
  }

  private func environment(
    _ database: String, _ encoding: String, _ options: [String]
  ) -> [String: String] {
    var variables = [
      "PGDATABASE": database, "PGAPPNAME": Self.application, "PGCONNECT_TIMEOUT": "10",
      "PGOPTIONS": options.map { "-c \($0)" }.joined(separator: " "),
      "PGCLIENTENCODING": encoding, "LC_ALL": "C",
    ]
    variables["PGHOST"] = login.socket ?? login.host
    variables["PGPORT"] = login.port.map(String.init)
    variables["PGUSER"] = login.user
    variables["PGPASSFILE"] = secret == nil ? Self.nothing : SecretFile.path
    return variables.merging(Self.noFiles) { $1 }
  }

  /// A path that nothing has.
  private static let nothing = "/dev/null/none"

  /// What keeps the clients from files in somebody's home, and from the caller's tickets.
  private static let noFiles = [
    "PGSERVICEFILE": nothing, "PGSYSCONFDIR": nothing, "PGSSLCERT": nothing, "PGSSLKEY": nothing,
    "PGSSLROOTCERT": nothing, "PGSSLCRL": nothing, "PGGSSENCMODE": "disable",
    "KRB5CCNAME": "MEMORY:none", "PSQLRC": nothing, "PSQL_HISTORY": nothing,
  ]

  /// How our own sessions call themselves.
  static let application = "leapfrog"
}
