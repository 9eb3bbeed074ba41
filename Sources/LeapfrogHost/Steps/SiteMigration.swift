import LeapfrogCore

/// One site's migration as its steps see it.
struct SiteMigration: Sendable {
  let layout: Layout
  let order: WorkOrder
  let record: MigrationRecord
  let journal: Journal
  let jobs: Jobs
  /// What the site is, with its commands.
  let site: SiteSpec
  /// What answers for a SQLite database, from the first question of this migration to its end.
  private let sqlite: SQLiteService

  init(
    layout: Layout, order: WorkOrder, record: MigrationRecord, journal: Journal, jobs: Jobs
  ) {
    (self.layout, self.order, self.record) = (layout, order, record)
    (self.journal, self.jobs) = (journal, jobs)
    site = record.site(in: order)
    // No way back asks a database anything, so that an abort cannot stop one.
    sqlite = SQLiteService { (try? journal.control(of: record.release, in: record.id)) == .abort }
  }

  var plan: MigrationPlan { record.plan }
  var kind: MigrationKind { plan.kind }
  /// Whether a migration in full can take its place: on the way forward it can, and a way back has no
  /// backup to bring.
  var mayBeSuperseded: Bool { kind == .express && order.kind == .upgrade }
  var live: LiveLinks { LiveLinks(layout: layout) }
  var maintenance: Maintenance { Maintenance(layout: layout) }
  var domains: Domains { Domains(layout: layout) }
  var backups: BackupStore { BackupStore(layout: layout, files: site.files, user: site.user) }
  /// The site's data directory.
  var data: String { layout.site(site.name) }
  /// Where the failed state of the site goes when it is put back.
  var aside: String { "\(layout.aside)/\(plan.backup)" }

  /// The site's seat on the platform it goes to.
  var seat: Seat { Seat(layout: layout, site: site, platform: plan.to) }

  /// The site's database engine; nil for a site that has no database.
  var engine: (any DatabaseEngine)? {
    Engines.engine(of: site, in: order.spec, layout: layout, fallback: plan.to, sqlite: sqlite)
  }

  /// The app's commands, run on one platform.
  func app(on platform: PlatformName) -> AppCommands {
    AppCommands(migration: self, platform: platform)
  }
}
