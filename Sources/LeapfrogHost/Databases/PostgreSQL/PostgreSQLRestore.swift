import LeapfrogCore

/// Puts a dump in a database's place.
///
/// It is restored into a new database and compared there; then both get their names in one
/// transaction, so that there never is half of one, and the failed state is kept under a name of
/// its own. Where the role may not do that, the objects are exchanged inside the database.
struct PostgreSQLRestore {
  let client: PostgreSQLClient
  let record: DatabaseRecord
  let directory: String
  let aside: String

  private var name: String { client.login.name }

  func run() throws {
    try record.verifySize(in: directory)
    let dump = PostgreSQLDump(path: "\(directory)/\(record.file)")
    let facts = try PostgreSQLFacts(of: record)
    let databases = try? PostgreSQLDatabases(client)
    if let databases, try isRestored(databases) { return }
    if let databases, try databases.mayReplace(name) {
      do { return try replace(databases, dump, facts) } catch is LackOfRights {}
    }
    try record.verifyBytes(in: directory)
    try reload(dump, facts)
    try databases.map(noteEnd)
  }

  /// What made a new database impossible, before the old one was touched.
  private struct LackOfRights: Error {}

  private func isRestored(_ databases: PostgreSQLDatabases) throws -> Bool {
    let note = PostgreSQLNote.read(in: aside, sha256: record.sha256)
    guard let restored = note.restored, try databases.number(of: name) == restored else {
      return false
    }
    let changes = try databases.changes(in: name)
    return note.changes == nil || note.changes == changes
  }

  // MARK: A new database

  private func replace(
    _ databases: PostgreSQLDatabases, _ dump: PostgreSQLDump, _ facts: PostgreSQLFacts
  ) throws {
    let names = PostgreSQLNames(of: client)
    var note = PostgreSQLNote.read(in: aside, sha256: record.sha256)
    let waiting = try databases.number(of: names.restoring)
    if waiting == nil || waiting != note.restored {
      try Failpoint.around("restore.load") { try load(dump, facts, databases, names.restoring) }
      note = PostgreSQLNote(sha256: record.sha256)
      note.restored = try databases.number(of: names.restoring)
      try note.write(in: aside)
    }
    try Failpoint.around("restore.database") {
      try databases.exchange(name, for: names.restoring, keepingAs: names.aside(in: databases))
    }
    try noteEnd(databases)
  }

  private func load(
    _ dump: PostgreSQLDump, _ facts: PostgreSQLFacts, _ databases: PostgreSQLDatabases,
    _ temporary: String
  ) throws {
    try databases.drop(temporary)
    do {
      let (record, directory, client) = (record, directory, client)
      try databases.create(temporary, facts.setup)
      _ = try Threads.both {
        try record.verifyBytes(in: directory)
      } and: {
        try dump.load(into: temporary, with: client)
      }
      try compare(facts, in: temporary)
      try databases.apply(facts.setup, to: temporary)
    } catch {
      try? databases.drop(temporary)
      throw PostgreSQLErrors.isLackOfRights(error) ? LackOfRights() : error
    }
  }

  private func compare(_ facts: PostgreSQLFacts, in database: String) throws {
    let lines = try client.run(PostgreSQLContents.query, in: database, seconds: 600)
    let wanted = PostgreSQLContents(counts: record.counts, structure: facts.structure)
    guard let difference = try PostgreSQLContents(lines: lines).difference(from: wanted) else {
      return
    }
    throw Failure.failed(
      "\(directory)/\(record.file), restored, differs from the database it was made of in "
        + difference)
  }

  private func noteEnd(_ databases: PostgreSQLDatabases) throws {
    var note = PostgreSQLNote(sha256: record.sha256)
    note.restored = try databases.number(of: name)
    note.changes = try databases.changes(in: name)
    try note.write(in: aside)
  }

  // MARK: Inside the database

  private func reload(_ dump: PostgreSQLDump, _ facts: PostgreSQLFacts) throws {
    let reload = PostgreSQLReload(client: client, dump: dump)
    try Failpoint.around("restore.aside") { try reload.keep(in: aside) }
    try Failpoint.around("restore.database") {
      try reload.run()
      try reload.settle(facts.setup)
    }
    try compare(facts, in: name)
  }
}
