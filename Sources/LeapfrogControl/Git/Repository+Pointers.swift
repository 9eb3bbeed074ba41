import CLibgit2
import LeapfrogCore

extension Repository {
  /// Throws a `Failure` of kind refused where files are Git LFS pointers, which stand for contents
  /// that the repository does not hold. Only files of a pointer's size are read.
  public func refusePointers(in entries: [TreeEntry]) throws {
    let found = try entries.filter { try isPointer($0) }
    guard let first = found.first else { return }
    let others = found.count == 1 ? "is a Git LFS pointer" : "and \(found.count - 1) more are"
    let what = found.count == 1 ? others : "\(others) Git LFS pointers"
    throw Failure.refused(
      "'\(GitText.shown(first.path))' of \(name) \(what), and Git LFS is not supported")
  }

  private func isPointer(_ entry: TreeEntry) throws -> Bool {
    guard entry.mode == .file || entry.mode == .executable else { return false }
    var id = entry.id.git
    var size = 0
    var type = GIT_OBJECT_INVALID
    try check(git_odb_read_header(&size, &type, objects, &id), "the contents of \(entry.path)")
    guard (Self.pointerMark.count..<1024).contains(size) else { return false }
    return try withBlob(&id) { $0.starts(with: Self.pointerMark) }
  }

  private static let pointerMark = Array("version https://git-lfs.github.com/spec/".utf8)
}
