import LeapfrogCore

/// Reads the database of a site.
struct DatabaseReader {
  let site: Section
  let profile: Profile

  func read() -> DatabaseSpec? {
    guard let database = site.section("database") else { return nil }
    let engine = database.required("engine", .engine)
    if let server = ServerDatabase.Engine(rawValue: engine) { return read(server, database) }
    guard engine == "sqlite" else { return nil }
    database.allow(["engine", "path"])
    return .sqlite(path: database.required("path", .path(below: "the site's data")))
  }

  private func read(_ engine: ServerDatabase.Engine, _ database: Section) -> DatabaseSpec {
    let file = engine == .mariadb ? "defaults_file" : "passfile"
    database.allow(["engine", "name", "host", "port", "socket", "user", file, "password_env"])
    let password = password(file, database)
    let port = database.integer("port", 0...65535, default: 0)
    return .server(
      ServerDatabase(
        engine: engine, name: name(database, password), host: database.text("host", .databaseHost),
        port: port == 0 ? nil : port, socket: database.text("socket", .root),
        user: database.text("user", .databaseName), password: password))
  }

  /// Without a name the app's settings are asked, which takes a command that tells them. They do not
  /// choose what a password of the operator's is used for.
  private func name(_ database: Section, _ password: ServerDatabase.Password) -> String? {
    let own = site.section("commands")?.value("credentials")
    let isAsked = !password.isOperators && !(profile.commands.credentials.isNone && own == nil)
    if database.value("name") == nil && !isAsked {
      return database.required("name", .databaseName)
    }
    return database.text("name", .databaseName)
  }

  private func password(_ file: String, _ database: Section) -> ServerDatabase.Password {
    let path = database.text(file, .hostPath)
    let variable = database.text("password_env", .variable)
    if let entry = database.entries.first(where: { $0.key == "password_env" }), path != nil {
      site.mistakes.add(
        entry.line, database.path("password_env"),
        "does not go with `\(file)`; allowed: one of the two")
    }
    if let path { return .file(path) }
    if let variable { return .environment(variable) }
    return database.value("name") == nil ? .app : .none
  }
}

extension ServerDatabase.Password {
  /// Whether it is where the site's owner cannot write.
  fileprivate var isOperators: Bool {
    switch self {
    case .none, .app: false
    case .environment: true
    case .file(let path): path.hasPrefix("/")
    }
  }
}

extension ServerDatabase {
  /// Which server it is, as far as the configuration tells.
  func place(seenFrom host: String) -> String {
    let isLocal = self.host.map { ["localhost", "127.0.0.1", "::1"].contains($0) } ?? true
    let server = socket ?? (isLocal ? "" : self.host ?? "")
    let standard = engine == .mariadb ? 3306 : 5432
    return "\(engine) \(isLocal ? host : "") \(server) \(port ?? standard)"
  }
}
