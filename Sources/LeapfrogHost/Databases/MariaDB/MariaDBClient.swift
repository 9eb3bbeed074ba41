import LeapfrogCore

/// The client programs of MariaDB, logged in to one database.
struct MariaDBClient: Sendable {
  let login: ServerLogin
  /// How long a statement waits for a lock of somebody else, in seconds.
  let lockPatience: Int
  private let secret: SecretFile

  init(_ login: ServerLogin, lockPatience: Int = 20) throws {
    self.login = login
    self.lockPatience = lockPatience
    var options = try MariaDBOptions.ofHost()
    options.take(login.options)
    if let password = login.password { options["password"] = password.reveal() }
    secret = try SecretFile(options.text, for: login.account)
  }

  static let shellTool = Tool("mariadb", "mysql", package: "mariadb-client")
  static let dumpTool = Tool("mariadb-dump", "mysqldump", package: "mariadb-client")

  /// `mariadb`, reading statements from its standard input.
  func shell(_ arguments: [String] = []) -> ClientCommand {
    command(
      Self.shellTool,
      [
        "--batch", "--skip-column-names", "--skip-force", "--skip-reconnect", "--skip-local-infile",
        "--skip-auto-rehash", "--connect-timeout=20",
      ] + arguments)
  }

  /// `mariadb-dump`, printing the database.
  func dump(_ arguments: [String]) -> ClientCommand {
    command(
      Self.dumpTool, ["--opt", "--comments", "--skip-dump-date"] + arguments)
  }

  /// Runs statements.
  ///
  /// - Returns: the rows of their answers, one after the other.
  @discardableResult
  func rows(_ sql: String, seconds: Int = 120) throws -> [[String]] {
    let script = "SET SESSION lock_wait_timeout = \(lockPatience);\n\(sql)"
    return MariaDBRows.parse(try shell().run(input: script, seconds: seconds))
  }

  /// Runs a body, once more with an empty database where there was none.
  func makingDatabase(_ body: () throws -> Void) throws {
    do { try body() } catch {
      guard MariaDBMessage.code(in: Failure(error).message) == 1049 else { throw error }
      var shell = shell()
      shell.arguments.removeLast()
      _ = try shell.run(
        input: "CREATE DATABASE IF NOT EXISTS \(MariaDBName.quoted(login.name))")
      try body()
    }
  }

  private func command(_ tool: Tool, _ arguments: [String]) -> ClientCommand {
    ClientCommand(
      program: Self.installed(tool.names), package: tool.package,
      arguments: ["--defaults-file=\(SecretFile.path)"] + place + arguments + [
        "--default-character-set=utf8mb4", "--max-allowed-packet=1073741824", login.name,
      ],
      // MySQL's own clients read a file of logins besides, whatever their options are.
      environment: ["MYSQL_TEST_LOGIN_FILE": "/dev/null"], secret: secret, account: login.account,
      tellable: MariaDBMessage.tellable)
  }

  private var place: [String] {
    [
      login.user.map { "--user=\($0)" }, login.host.map { "--host=\($0)" },
      login.port.map { "--port=\($0)" }, login.socket.map { "--socket=\($0)" },
    ].compactMap { $0 }
  }

  /// The first of the names that the host has a program of, else the first.
  static func installed(_ names: [String]) -> String {
    names.first { (try? ClientCommand.find($0, package: "")) != nil } ?? names[0]
  }
}
