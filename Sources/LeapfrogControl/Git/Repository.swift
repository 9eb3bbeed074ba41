import CLibgit2
import LeapfrogCore

/// An open mirror. It owns the library's handles, so it stays with the task that opened it.
public final class Repository {
  let pointer: OpaquePointer
  let objects: OpaquePointer
  /// The repository as a message names it.
  let name: String
  private let directory: String

  init(directory: String, name: String) throws {
    Libgit2.start
    var opened: OpaquePointer?
    let flags = GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue | GIT_REPOSITORY_OPEN_BARE.rawValue
    try Libgit2.check(
      git_repository_open_ext(&opened, directory, flags, nil),
      "the mirror \(directory) of \(name) cannot be read; it has to be fetched first")
    guard let opened else { throw Failure.failed("the mirror \(directory) cannot be read") }
    var database: OpaquePointer?
    let code = git_repository_odb(&database, opened)
    guard code == 0, let database else {
      git_repository_free(opened)
      throw Failure.failed("the objects of the mirror \(directory) cannot be read")
    }
    (pointer, objects) = (opened, database)
    (self.directory, self.name) = (directory, name)
  }

  deinit {
    git_odb_free(objects)
    git_repository_free(pointer)
  }

  /// Whether the mirror holds the commit.
  public func contains(_ commit: ObjectID) -> Bool {
    var id = commit.git
    var size = 0
    var type = GIT_OBJECT_INVALID
    return git_odb_read_header(&size, &type, objects, &id) == 0 && type == GIT_OBJECT_COMMIT
  }

  /// Calls `body` with the bytes of a blob, which are valid until it returns. Throws where the mirror
  /// does not hold the blob, and what `body` throws.
  public func withBlob<R>(
    _ id: ObjectID, _ body: (UnsafeRawBufferPointer) throws -> R
  ) throws -> R {
    var git = id.git
    return try withBlob(&git, body)
  }

  func withBlob<R>(
    _ id: UnsafePointer<git_oid>, _ body: (UnsafeRawBufferPointer) throws -> R
  ) throws -> R {
    var object: OpaquePointer?
    try check(git_odb_read(&object, objects, id), "file contents \(ObjectID(id).short)")
    defer { git_odb_object_free(object) }
    guard git_odb_object_type(object) == GIT_OBJECT_BLOB else {
      throw Failure.failed("object \(ObjectID(id).short) of \(name) is not a file's contents")
    }
    let bytes = UnsafeRawBufferPointer(
      start: git_odb_object_data(object), count: git_odb_object_size(object))
    return try body(bytes)
  }

  /// Throws where the mirror does not hold the commit, as after a rewritten history.
  func require(_ commit: ObjectID) throws {
    guard !contains(commit) else { return }
    throw Failure.failed("commit \(commit.short) is not in \(name)")
  }

  /// Throws when an object could not be read, and says how to get a mirror that holds it.
  func check(_ code: Int32, _ what: @autoclosure () -> String) throws {
    do {
      try Libgit2.check(code, "the mirror of \(name) lacks \(what())")
    } catch var failure as Failure {
      failure.remedy = "rm -r \(Shell.quoted(directory))"
      throw failure
    }
  }
}
