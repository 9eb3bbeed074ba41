import LeapfrogCore

/// Proves that the code a site goes to leads to the database that it has now: what the app's settings
/// say is asked on both platforms, after the site is seated and before it is closed. Another database
/// would be changed by the update, or served, and nobody had a backup of it.
struct SameData {
  let migration: SiteMigration

  /// - Throws: `Failure` of kind `refused` that names both databases.
  func verify() throws {
    let (site, plan) = (migration.site, migration.plan)
    guard [.upgrade, .express, .rollback].contains(plan.kind), let from = plan.from,
      from != plan.to,
      let database = site.database, !site.commands.credentials.isNone
    else { return }
    guard let (old, new) = try told(from, plan.to, database), try !isSame(old, new, database) else {
      return
    }
    throw Failure.refused(
      "the code on \(plan.to) leads \(site.name) to \(new.place), and the code on \(from) to "
        + "\(old.place); only that one would be backed up, so the site is not moved: let the settings "
        + "of both name one database")
  }

  /// What both say; nil where leapfrog.yml says it all and the app does not have to.
  private func told(_ from: PlatformName, _ to: PlatformName, _ database: DatabaseSpec) throws
    -> (AppCredentials, AppCredentials)?
  {
    let ask = { (platform: PlatformName) throws in try settings(on: platform).credentials() }
    if database.isTheApps { return (try ask(from), try ask(to)) }
    guard let old = try? ask(from), let new = try? ask(to) else { return nil }
    return (old, new)
  }

  private func settings(on platform: PlatformName) -> AppSettings {
    AppSettings(
      layout: migration.layout, pair: migration.order.spec, site: migration.site,
      platform: platform)
  }

  private func isSame(
    _ old: AppCredentials, _ new: AppCredentials, _ database: DatabaseSpec
  ) throws -> Bool {
    guard case .server = database else { return Self.isSameFile(old.path, new.path) }
    if old.user == new.user, old.placeKey == new.placeKey { return true }
    // Another way to the same server is no other database.
    guard old.user == new.user, let from = migration.plan.from,
      let one = try? identity(on: from, database),
      let other = try? identity(on: migration.plan.to, database)
    else { return false }
    return one == other
  }

  private func identity(on platform: PlatformName, _ database: DatabaseSpec) throws
    -> DatabaseIdentity?
  {
    try Engines.engine(for: database, data: migration.data, app: settings(on: platform)).identity()
  }

  private static func isSameFile(_ one: String?, _ other: String?) -> Bool {
    guard let one, let other, one != other else { return true }
    guard let first = FileStatus(following: one), let second = FileStatus(following: other) else {
      return false
    }
    return (first.device, first.inode) == (second.device, second.inode)
  }
}

extension DatabaseSpec {
  /// Whether the app's settings say which database it is.
  fileprivate var isTheApps: Bool {
    if case .server(let server) = self {
      server.name == nil || server.password == .app
    } else {
      false
    }
  }
}

extension AppCredentials {
  /// What differs between two ways to a database.
  fileprivate var placeKey: [String?] {
    [name, host == "localhost" ? nil : host, port.map(String.init), socket]
  }

  /// Which database it is, for a message.
  fileprivate var place: String {
    if let path { return "the file \(path)" }
    let server = socket ?? (host ?? "localhost") + (port.map { ":\($0)" } ?? "")
    return "the database \(name ?? "without a name") of \(user ?? "no user") at \(server)"
  }
}
