import Glibc
import LeapfrogCore

/// The file that a site's `defaults_file` or `passfile` names, and whose it is. What is below a site's
/// data is the site's: it is read with the site's rights, and what it says counts as the site's word.
struct LoginFile {
  /// Absolute.
  let path: String
  /// Whether it is below the site's data.
  let isSites: Bool
  private let data: String

  /// - Parameters:
  ///   - path: absolute, or below the site's data.
  ///   - data: the directory of the site's data.
  init(_ path: String, data: String) {
    self.data = data
    self.path = path.hasPrefix("/") ? path : "\(data)/\(path)"
    isSites = self.path.hasPrefix(data + "/")
  }

  private static let limit = 1 << 20
  /// Seconds that a child may take.
  var patience = 20

  /// The file's contents.
  ///
  /// - Parameter account: the site's account; nil where that is ours.
  /// - Throws: `Failure` that names the file and why it is not read.
  func read(as account: JobUser?) throws -> [UInt8] {
    do {
      guard isSites else { return try readTrusted() }
      if account == nil, geteuid() == 0 {
        let below = String(path.dropFirst(data.utf8.count + 1))
        return try TrustedFile.read(below, from: data)
      }
      return try readByChild(account)
    } catch let failure as Failure {
      throw Failure.failed(
        "\(path), the file with the database's password, cannot be used: \(failure.message)",
        remedy: failure.remedy)
    }
  }

  private func readTrusted() throws -> [UInt8] {
    guard !path.hasPrefix(Files.parent(of: data) + "/") else {
      throw Failure.failed("it is among the data of another site")
    }
    return try TrustedFile.read(path)
  }

  /// A child can be ended where the file is a pipe, and has no more rights than the site.
  private func readByChild(_ account: JobUser?) throws -> [UInt8] {
    let spawn = Spawn(
      program: try Program.find("cat", path: Program.usualPath, directory: "/"),
      arguments: ["cat", "--", path], environment: ["LC_ALL": "C"])
    let capture = try Capture.run(
      spawn, as: account, limit: Self.limit, seconds: patience)
    guard capture.result.isSuccess, !capture.isCut else {
      let said = OutputTail.clean(capture.errors).split(whereSeparator: \.isNewline).first ?? ""
      let reader = account.map { "\($0.name) " } ?? "leapfrog "
      throw Failure.failed(
        capture.isCut ? "it is too large" : "\(reader)may not read it: \(said)",
        remedy: "ls -l \(path)")
    }
    return capture.output
  }
}
