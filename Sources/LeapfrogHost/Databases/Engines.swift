import LeapfrogCore

/// The list of database engines.
enum Engines {
  /// The engine of a site's database.
  ///
  /// - Parameters:
  ///   - data: the directory of the site's data.
  ///   - app: the site's app, where its settings can be asked.
  ///   - sqlite: what answers for a SQLite database.
  static func engine(
    for spec: DatabaseSpec, data: String, app: AppSettings? = nil,
    sqlite: SQLiteService = SQLiteService()
  ) -> any DatabaseEngine {
    switch spec {
    case .sqlite(let path):
      SQLiteEngine(data: data, path: path, user: app?.site.user, service: sqlite)
    case .server(let server):
      switch server.engine {
      case .mariadb: MariaDBEngine(LoginSource(spec: server, data: data, app: app))
      case .postgresql: PostgreSQLEngine(LoginSource(spec: server, data: data, app: app))
      }
    }
  }

  /// The programs that the engine calls.
  static func tools(of spec: DatabaseSpec) -> [Tool] {
    switch spec {
    case .sqlite: []
    case .server(let server):
      switch server.engine {
      case .mariadb: MariaDBEngine.tools
      case .postgresql: PostgreSQLEngine.tools
      }
    }
  }

  /// The engine of a site; nil for a site that has no database.
  ///
  /// - Parameter fallback: where the app is asked while the site is on no platform.
  static func engine(
    of site: SiteSpec, in pair: PairSpec, layout: Layout, fallback: PlatformName? = nil,
    sqlite: SQLiteService = SQLiteService()
  ) -> (any DatabaseEngine)? {
    site.database.map {
      engine(
        for: $0, data: layout.site(site.name),
        app: AppSettings(layout: layout, pair: pair, site: site, fallback: fallback),
        sqlite: sqlite)
    }
  }
}
