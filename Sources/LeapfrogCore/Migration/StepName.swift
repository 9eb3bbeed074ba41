/// One effect of a migration, with its undo and its probe. The vocabulary of plans, journal and CLI.
public enum StepName: String, Codable, Sendable, CaseIterable {
  /// Site healthy, database reachable, space enough, no foreign lock.
  case preflight
  /// Links the site's data into the target platform.
  case seat
  /// A first pass of the file backup, before visitors notice anything.
  case prepare
  /// Maintenance on, commands of the site held.
  case close
  /// Backs up the database and the files, and verifies.
  case backup
  /// Makes the data of a site that has none.
  case install
  /// Runs the app's update on the target platform.
  case update
  /// Puts the database and the files back from a backup.
  case restore
  /// The app says that nothing is pending and the preview answers as configured.
  case check
  /// Points the site's domains at the target platform.
  case flip
  /// Rebuilds what is tied to the code, such as caches, while visitors are served.
  case refresh
  /// Maintenance off. From here on only forward.
  case open
  /// The public address answers as configured.
  case confirm
  /// Takes the site's domains away from the web server.
  case withdraw
  /// Removes the site's links from the platform it left.
  case unseat
}
