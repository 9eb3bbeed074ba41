import LeapfrogCore

/// Stands for an engine that this build does not have.
struct AbsentEngine: DatabaseEngine {
  let server: ServerDatabase

  private var failure: Failure { .failed("\(server.engine.rawValue) is not supported") }

  var ownFiles: Set<TreePath> { [] }
  func check() throws { throw failure }
  func size() throws -> Int64 { throw failure }
  func counts() throws -> [String: Int] { throw failure }
  func backUp(into directory: String, hot: Bool) throws -> DatabaseRecord { throw failure }
  func verify(_ record: DatabaseRecord, in directory: String) throws { throw failure }
  func restore(_ record: DatabaseRecord, from directory: String, aside: String) throws {
    throw failure
  }
}
