import LeapfrogCore

/// The list of database engines.
enum Engines {
  /// The engine of a site's database; `data` is the directory of the site's data.
  static func engine(for spec: DatabaseSpec, data: String) -> any DatabaseEngine {
    switch spec {
    case .sqlite(let path): SQLiteEngine(data: data, path: path)
    case .server(let server): AbsentEngine(server: server)
    }
  }
}
