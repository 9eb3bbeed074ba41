import Glibc
import LeapfrogCore

/// The client programs of MariaDB, logged in to one database.
struct MariaDBClient: Sendable {
  let login: ServerLogin
  /// How long a statement waits for a lock of somebody else, in seconds.
  let lockPatience: Int
  private let secret: SecretFile?
  private let account: JobUser?

  init(_ login: ServerLogin, lockPatience: Int = 20) throws {
    self.login = login
    self.lockPatience = lockPatience
    let options = MariaDBOptionFile(login.password)
    let account = try login.account ?? options.owner
    secret = try options.text.map { try SecretFile($0, for: account) }
    self.account = account
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
    let options = (secret == nil ? [] : ["--defaults-file=\(SecretFile.path)"]) + place + arguments
    return ClientCommand(
      program: Self.installed(tool.names), package: tool.package,
      arguments: options + [
        "--default-character-set=utf8mb4", "--max-allowed-packet=1073741824", login.name,
      ], secret: secret, account: account, tellable: MariaDBMessage.tellable)
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

/// What a client reads its password from.
struct MariaDBOptionFile {
  private let password: ServerLogin.Password

  init(_ password: ServerLogin.Password) { self.password = password }

  /// The option file; nil where the client's own files are to be read as ever. Of those, the host's
  /// are read here, too, and not the caller's own, which would win over ours.
  var text: Secret? {
    switch password {
    case .none: nil
    case .given(let secret):
      Secret("\(includes)[client]\npassword=\"\(Self.escaped(secret.reveal()))\"\n")
    case .file(let path): Secret("\(includes)!include \(path)\n")
    }
  }

  /// Whose rights a client needs that reads somebody else's option file: it can name code to load.
  var owner: JobUser? {
    get throws {
      guard case .file(let path) = password else { return nil }
      return try JobUser.owner(of: path, follows: false)
    }
  }

  private var includes: String {
    ["/etc/my.cnf", "/etc/mysql/my.cnf"].filter { FileStatus(following: $0) != nil }
      .map { "!include \($0)\n" }.joined()
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      case "\r": escaped += "\\r"
      case "\t": escaped += "\\t"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
