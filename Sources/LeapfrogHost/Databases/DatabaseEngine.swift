/// What leapfrog needs of a kind of database. A new kind is one file that conforms and one line in
/// `Engines`; the same tests then run against it.
protocol DatabaseEngine: Sendable {
  /// What a record of a copy by it says.
  static var name: String { get }

  /// What the file backup leaves out: paths below the site's data that are the engine's business.
  var ownFiles: Set<TreePath> { get }

  /// Looks whether the database is there, can be used and is not damaged.
  ///
  /// - Throws: `Failure` naming the database and what is wrong.
  func check() throws

  /// Bytes on disk, what is not checkpointed yet included.
  func size() throws -> Int64

  /// Which database it is, where another site could lead to it; nil where none can.
  func identity() throws -> DatabaseIdentity?

  /// Rows by table.
  func counts() throws -> [String: Int]

  /// Who else is at work on the database; nil where nobody can be, or where that cannot be told.
  func activity() throws -> DatabaseActivity?

  /// Copies the database into a backup's directory and proves the copy.
  ///
  /// - Parameter hot: whether the site is open meanwhile, so that changes are no fault.
  /// - Throws: `Failure` when the copy is not proven; what it left is no backup.
  func backUp(into directory: String, hot: Bool) throws -> DatabaseRecord

  /// Proves the copy again: its bytes, its structure, its rows.
  func verify(_ record: DatabaseRecord, in directory: String) throws

  /// Puts the copy in the database's place; what was there is set aside. After a crash, doing it
  /// again from the top gives the same result.
  func restore(_ record: DatabaseRecord, from directory: String, aside: String) throws

  /// Lets go what restores set aside outside the directories that they were given, and which is
  /// older than so many days.
  func pruneAside(olderThan days: Int) throws
}

extension DatabaseEngine {
  func pruneAside(olderThan days: Int) throws {}
}
