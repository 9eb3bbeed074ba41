import Glibc
import LeapfrogCore
import Synchronization

/// Finds out how to log in to a site's database. What the app tells is asked once: most apps take
/// long to start, and the site is closed meanwhile.
///
/// Two say it, and what they say is not mixed. What leapfrog.yml names and a file or variable of the
/// operator's holds is the operator's: the client then runs as leapfrog's own account, so that no
/// process of the site's can read the password, and nothing that the site says chooses where that
/// password goes. What the app's settings or a file below the site's data say is the site's: the client
/// runs as the site's account and can do what the site itself can.
struct LoginSource: Sendable {
  let spec: ServerDatabase
  /// The directory of the site's data.
  let data: String
  /// nil where no app can be asked.
  let app: AppSettings?
  private let told = Told()

  /// - Throws: `Failure` when the password or the database's name cannot be had.
  func login() throws -> ServerLogin {
    var login = try isSites ? siteLogin() : operatorLogin()
    login.isUserConfigured = spec.user != nil
    return try checked(login)
  }

  private var file: LoginFile? {
    if case .file(let path) = spec.password { LoginFile(path, data: data) } else { nil }
  }

  /// Whether the site says how to log in, at least in part.
  private var isSites: Bool {
    switch spec.password {
    case .app: true
    case .file: file?.isSites == true
    case .none, .environment: false
    }
  }

  /// The account of the site; nil where that is ours.
  private func siteAccount() throws -> JobUser? {
    guard geteuid() == 0 else { return nil }
    let user = try app.map { try AppUser.of($0.site, layout: $0.layout) } ?? JobUser.owner(of: data)
    return user?.uid == 0 ? nil : user
  }

  // MARK: What the site says

  private func siteLogin() throws -> ServerLogin {
    let told = spec.name == nil || spec.password == .app ? try askApp() : AppCredentials()
    guard let name = spec.name ?? told.name else {
      throw Failure.failed("the app's settings do not name the site's database")
    }
    let place = spec.host == nil && spec.socket == nil
    var login = ServerLogin(
      name: name, host: place ? told.host : spec.host,
      port: spec.port ?? (place ? told.port : nil), socket: place ? told.socket : spec.socket,
      user: spec.user ?? told.user, password: spec.password == .app ? told.password : nil)
    login.account = try siteAccount()
    try takeFile(into: &login, as: login.account)
    return login
  }

  private func askApp() throws -> AppCredentials {
    guard let app else {
      throw Failure.failed("the site's database is known to its app alone, which cannot be asked")
    }
    return try told.kept(or: app.credentials)
  }

  // MARK: What the operator says

  private func operatorLogin() throws -> ServerLogin {
    guard let name = spec.name else {
      throw Failure.failed(
        "the password of the site's database is the operator's, so the app's settings may not choose "
          + "what it is used for: `name` is missing in `database` of leapfrog.yml")
    }
    var login = ServerLogin(
      name: name, host: spec.host, port: spec.port, socket: spec.socket, user: spec.user)
    switch spec.password {
    case .environment(let variable): login.password = try password(in: variable)
    case .file: try takeFile(into: &login, as: nil)
    case .none, .app: login.account = try socketAccount()
    }
    return login
  }

  /// A server that knows its users by the socket expects the account of the user's name.
  private func socketAccount() throws -> JobUser? {
    guard geteuid() == 0, spec.host == nil || spec.host == "localhost", let user = spec.user,
      let account = try? JobUser.named(user)
    else { return try siteAccount() }
    return account
  }

  private func password(in variable: String) throws -> Secret {
    guard let value = getenv(variable) else {
      throw Failure.failed(
        "the variable \(variable) with the database's password is not in the environment of "
          + "leapfrog-host")
    }
    return Secret(String(cString: value))
  }

  // MARK: Files

  private func takeFile(into login: inout ServerLogin, as account: JobUser?) throws {
    guard let file else { return }
    let bytes = try file.read(as: account)
    switch spec.engine {
    case .postgresql: login.password = PostgreSQLPassFile.password(in: bytes, of: login)
    case .mariadb:
      login.options =
        try file.isSites
        ? MariaDBOptions(bytes, path: file.path) : MariaDBOptions.trusted(file.path, bytes)
      // The password goes to the server that leapfrog.yml names, where it names one.
      if spec.host != nil || spec.socket != nil {
        (login.options["host"], login.options["socket"]) = (nil, nil)
      }
    }
  }

  /// What an app tells becomes part of a command: none of it may be taken for an option.
  private func checked(_ login: ServerLogin) throws -> ServerLogin {
    for (what, value) in [
      ("name", login.name), ("user", login.user), ("host", login.host), ("socket", login.socket),
    ] {
      guard let value else { continue }
      let isPlain = value.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
      guard isPlain, !value.hasPrefix("-"), !value.isEmpty, value.utf8.count <= 253 else {
        throw Failure.failed("the \(what) in the settings of the site's database cannot be used")
      }
    }
    return login
  }
}

/// What an app has told.
private final class Told: Sendable {
  private let credentials = Mutex<AppCredentials?>(nil)

  func kept(or ask: () throws -> AppCredentials) throws -> AppCredentials {
    try credentials.withLock { kept in
      let found = try kept ?? ask()
      kept = found
      return found
    }
  }
}
