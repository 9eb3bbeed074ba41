import CLibgit2
import LeapfrogCore

/// A file that differs between two commits.
struct ChangedFile: Equatable {
  var path: String
  /// Its contents before; nil where it was not there, or was no file.
  var old: ObjectID?
  /// Its contents after; nil where it is gone, or is no file.
  var new: ObjectID?
  /// Whether it was not there before.
  var isNew: Bool
}

extension Repository {
  /// Calls `body` with each file that differs between two commits, in the order of git. Throws where
  /// the mirror lacks one of them, and what `body` throws.
  func forEachChange(
    from: ObjectID, to: ObjectID, _ body: (ChangedFile) throws -> Void
  ) throws {
    try withCommitTree(of: from) { old in
      try withCommitTree(of: to) { new in
        var options = try Self.differenceOptions()
        var difference: OpaquePointer?
        try check(git_diff_tree_to_tree(&difference, pointer, old, new, &options), "a directory")
        defer { git_diff_free(difference) }
        for index in 0..<git_diff_num_deltas(difference) {
          guard let delta = git_diff_get_delta(difference, index)?.pointee else { continue }
          try body(ChangedFile(delta))
        }
      }
    }
  }

  /// The lines that a changed file has and had not, without their ends; nil where it is binary, no
  /// file or bigger than `most` bytes.
  func addedLines(of file: ChangedFile, most: Int = 8 << 20) throws -> [String]? {
    guard let new = file.new else { return file.old == nil ? nil : [] }
    guard try isText(new, most), try file.old.map({ try isText($0, most) }) ?? true else {
      return nil
    }
    return try withBlobHandle(file.old) { old in
      try withBlobHandle(new) { new in try addedLines(from: old, to: new) }
    }
  }

  private func addedLines(from old: OpaquePointer?, to new: OpaquePointer?) throws -> [String]? {
    var options = try Self.differenceOptions()
    options.context_lines = 0
    var patch: OpaquePointer?
    try check(git_patch_from_blobs(&patch, old, nil, new, nil, &options), "the contents of a file")
    defer { git_patch_free(patch) }
    guard let patch else { return [] }
    let isBinary = (git_patch_get_delta(patch)?.pointee.flags ?? 0) & GIT_DIFF_FLAG_BINARY.rawValue
    guard isBinary == 0 else { return nil }
    return (0..<git_patch_num_hunks(patch)).flatMap { Self.addedLines(of: patch, hunk: $0) }
  }

  private static func addedLines(of patch: OpaquePointer, hunk: Int) -> [String] {
    let count = git_patch_num_lines_in_hunk(patch, hunk)
    return (0..<max(0, Int(count))).compactMap { index in
      var found: UnsafePointer<git_diff_line>?
      guard git_patch_get_line_in_hunk(&found, patch, hunk, index) == 0, let line = found?.pointee,
        line.origin == Int8(bitPattern: UInt8(ascii: "+")), let content = line.content
      else { return nil }
      let bytes = UnsafeRawBufferPointer(start: content, count: line.content_len)
      return String(decoding: bytes.trimmingLineEnd, as: UTF8.self)
    }
  }

  private func isText(_ id: ObjectID, _ most: Int) throws -> Bool {
    var (git, size, type) = (id.git, 0, GIT_OBJECT_INVALID)
    try check(git_odb_read_header(&size, &type, objects, &git), "file contents \(id.short)")
    return type == GIT_OBJECT_BLOB && size <= most
  }

  private func withBlobHandle<R>(_ id: ObjectID?, _ body: (OpaquePointer?) throws -> R) throws -> R
  {
    guard var git = id?.git else { return try body(nil) }
    var blob: OpaquePointer?
    try check(git_blob_lookup(&blob, pointer, &git), "file contents \(id?.short ?? "")")
    defer { git_blob_free(blob) }
    return try body(blob)
  }

  private func withCommitTree<R>(
    of commit: ObjectID, _ body: (OpaquePointer?) throws -> R
  ) throws -> R {
    var id = try rootTree(of: commit)
    var tree: OpaquePointer?
    try check(git_tree_lookup(&tree, pointer, &id), "the tree of \(commit.short)")
    defer { git_tree_free(tree) }
    return try body(tree)
  }

  private static func differenceOptions() throws -> git_diff_options {
    var options = git_diff_options()
    try Libgit2.check(
      git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION)),
      "two commits cannot be compared")
    options.flags |= GIT_DIFF_INCLUDE_TYPECHANGE.rawValue
    return options
  }
}

extension ChangedFile {
  /// What the library found, read while it holds it.
  fileprivate init(_ delta: git_diff_delta) {
    let name = delta.new_file.path ?? delta.old_file.path
    path = name.map { String(cString: $0) } ?? ""
    isNew = delta.status == GIT_DELTA_ADDED
    old = isNew ? nil : Self.contents(delta.old_file)
    new = delta.status == GIT_DELTA_DELETED ? nil : Self.contents(delta.new_file)
  }

  private static func contents(_ file: git_diff_file) -> ObjectID? {
    guard file.mode != UInt16(GIT_FILEMODE_COMMIT.rawValue) else { return nil }
    return withUnsafePointer(to: file.id) { ObjectID($0) }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate var trimmingLineEnd: Slice<UnsafeRawBufferPointer> {
    var rest = self[...]
    while let last = rest.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") {
      rest.removeLast()
    }
    return rest
  }
}
