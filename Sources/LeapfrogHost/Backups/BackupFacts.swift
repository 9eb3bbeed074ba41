import LeapfrogCore

/// What a backup's maker says about it.
struct BackupFacts: Sendable {
  /// Whether the site is open while the backup is made.
  var hot: Bool
  var commit: ObjectID?
  var ref: String?
  var platform: PlatformName?
  /// The migration it is made for.
  var migration: Int64?

  init(
    hot: Bool, commit: ObjectID? = nil, ref: String? = nil, platform: PlatformName? = nil,
    migration: Int64? = nil
  ) {
    self.hot = hot
    self.commit = commit
    self.ref = ref
    self.platform = platform
    self.migration = migration
  }
}
