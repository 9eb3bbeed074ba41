import Glibc
import LeapfrogCore
import Synchronization

/// Finds out how to log in to a site's database. What the app tells is asked once: most apps take
/// long to start, and the site is closed meanwhile.
struct LoginSource: Sendable {
  let spec: ServerDatabase
  /// The directory of the site's data.
  let data: String
  /// nil where no app can be asked.
  let app: AppSettings?
  private let told = Told()

  /// - Throws: `Failure` when the password or the database's name cannot be had.
  func login() throws -> ServerLogin {
    let told = try needsApp ? askApp() : AppCredentials()
    guard let name = spec.name ?? told.name else {
      throw Failure.failed("the app's settings do not name the site's database")
    }
    let place = spec.host == nil && spec.socket == nil
    return try checked(
      ServerLogin(
        name: name, host: place ? told.host : spec.host,
        port: spec.port ?? (place ? told.port : nil), socket: place ? told.socket : spec.socket,
        user: spec.user ?? told.user, password: try password(told)))
  }

  private var needsApp: Bool { spec.password == .app || spec.name == nil }

  private func askApp() throws -> AppCredentials {
    guard let app else {
      throw Failure.failed("the site's database is known to its app alone, which cannot be asked")
    }
    return try told.kept(or: app.credentials)
  }

  private func password(_ told: AppCredentials) throws -> ServerLogin.Password {
    switch spec.password {
    case .none: return .none
    case .app: return told.password.map(ServerLogin.Password.given) ?? .none
    case .file(let path): return .file(try file(path))
    case .environment(let name):
      guard let value = getenv(name) else {
        throw Failure.failed(
          "the variable \(name) with the database's password is not in the environment of leapfrog-host"
        )
      }
      return .given(Secret(String(cString: value)))
    }
  }

  private func file(_ path: String) throws -> String {
    let whole = path.hasPrefix("/") ? path : "\(data)/\(path)"
    guard FileStatus(following: whole)?.kind == .file else {
      throw Failure.failed("\(whole), the file with the database's password, is missing")
    }
    return whole
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
