import LeapfrogCore

/// What is backed up and restored: a site's data and its database.
struct BackupSource: Sendable {
  /// The site's name.
  let site: String
  /// The directory of the site's data.
  let data: String
  /// nil for a site without a database.
  let engine: (any DatabaseEngine)?

  init(site: String, data: String, engine: (any DatabaseEngine)?) {
    self.site = site
    self.data = data
    self.engine = engine
  }

  /// The source of a site of a pair.
  init(_ spec: SiteSpec, layout: Layout) {
    let data = layout.site(spec.name)
    self.init(
      site: spec.name, data: data,
      engine: spec.database.map { Engines.engine(for: $0, data: data) })
  }

  /// What the file backup leaves alone.
  var leftOut: Set<TreePath> { engine?.ownFiles ?? [] }
}
