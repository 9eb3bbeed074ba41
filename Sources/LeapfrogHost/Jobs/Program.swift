import Glibc
import LeapfrogCore

/// Finds the file that a command's first word means.
enum Program {
  /// Where programs are looked up when the environment has no `PATH`.
  static let usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  /// The file to execute: the word itself when it has a slash, else the first executable file of
  /// that name in the `PATH`.
  ///
  /// - Parameter directory: what relative names are relative to.
  /// - Throws: `Failure` naming the program when there is none.
  static func find(_ word: String, path: String?, directory: String) throws -> String {
    if word.contains("/") { return try checked(word, directory: directory) }
    for folder in (path ?? usualPath).split(separator: ":", omittingEmptySubsequences: false) {
      let candidate = folder.isEmpty ? "./\(word)" : "\(folder)/\(word)"
      if isExecutable(absolute(candidate, directory)) { return candidate }
    }
    throw Failure.failed("there is no program '\(word)' in the PATH \(path ?? usualPath)")
  }

  private static func checked(_ word: String, directory: String) throws -> String {
    let file = absolute(word, directory)
    guard let status = FileStatus(following: file) else {
      throw Failure.failed("there is no program \(file)")
    }
    guard status.kind != .directory else { throw Failure.failed("\(file) is a directory") }
    guard isExecutable(file) else {
      throw Failure.failed("\(file) is not executable", remedy: "chmod +x \(file)")
    }
    return word
  }

  private static func isExecutable(_ file: String) -> Bool {
    guard let status = FileStatus(following: file), status.kind == .file else { return false }
    return status.mode & 0o111 != 0
  }

  private static func absolute(_ path: String, _ directory: String) -> String {
    path.hasPrefix("/") ? path : "\(directory)/\(path)"
  }
}
