import Foundation
import LeapfrogCore

/// A restic repository of the user's, as far as backups of sites need it. Nothing in it is touched but
/// our own snapshots, and data that no snapshot needs any more is for its owner to prune.
struct ResticRepository {
  let address: String
  let passwordFile: String
  /// How long a backup may stand still, in seconds: restic itself tries again for a quarter of an hour where the
  /// repository cannot be reached.
  var patience = 1200

  /// Seconds that a question may take, and a transfer of files.
  private static let question = 600
  private static let transfer = 86400

  /// The repository's own id.
  ///
  /// - Throws: `Failure` when restic is missing or the repository cannot be opened.
  func id() throws -> String {
    struct Config: Decodable { var id: String }
    let config: Config = try ask(["cat", "config", "--no-lock", "-q"], "opened")
    return config.id
  }

  /// Backs up all of a directory.
  ///
  /// - Parameters:
  ///   - data: the directory, open.
  ///   - parent: the snapshot to compare with; restic's own choice when nil.
  ///   - strict: whether a file that cannot be read is a fault.
  func backUp(
    _ directory: String, _ data: DirectoryTree, leavingOut: [String], tags: [String],
    parent: String?, strict: Bool
  ) throws -> Summary {
    var arguments = ["backup", "--json", "--tag", tags.joined(separator: ",")]
    if let parent { arguments += ["--parent", parent] }
    arguments += leavingOut.map { "--exclude=\($0)" }
    var (summary, standstill) = (Summary?.none, ResticStandstill(patience: patience))
    let outcome = try run(arguments + ["--", "."], in: directory, of: data, Self.transfer) { line in
      try standstill.take(line)
      guard line.starts(with: Summary.start) else { return }
      summary = try? JSONDecoder().decode(Summary.self, from: Data(line))
    }
    // 3 is a snapshot without some files that could not be read.
    guard outcome.status == 0 || outcome.status == 3 && !strict, let summary else {
      throw failure("did not take the files", outcome)
    }
    return summary
  }

  /// What restic says at the end of a backup.
  struct Summary: Decodable {
    var snapshot: String
    var files: Int
    var bytes: Int64

    enum CodingKeys: String, CodingKey {
      case snapshot = "snapshot_id"
      case files = "total_files_processed"
      case bytes = "total_bytes_processed"
    }

    fileprivate static let start = Array("{\"message_type\":\"summary\"".utf8)
  }

  /// Proves that a snapshot is there with all its directories.
  func verify(_ snapshot: String) throws {
    struct Stats: Decodable {}
    let _: Stats = try ask(
      ["stats", "--json", "--no-lock", "--mode", "restore-size", snapshot],
      "shown to hold the snapshot \(snapshot)")
  }

  /// Proves the repository's structure, and that every byte of it is there where that is asked for.
  func check() throws {
    let outcome = try run(["check", "--no-lock", "-q"], in: "/", Self.transfer) { _ in }
    guard outcome.status == 0 else { throw failure("is damaged", outcome) }
  }

  /// The snapshots that have all of some tags.
  func snapshots(tagged tags: [String]) throws -> [String] {
    struct Snapshot: Decodable { var id: String }
    let found: [Snapshot] = try ask(
      ["snapshots", "--json", "--no-lock", "--tag", tags.joined(separator: ",")], "searched")
    return found.map(\.id)
  }

  /// Lets snapshots go; their data stays until the repository's owner prunes it.
  func forget(_ snapshots: [String]) throws {
    guard !snapshots.isEmpty else { return }
    let outcome = try run(["forget", "-q"] + snapshots, in: "/", Self.question) { _ in }
    guard outcome.status == 0 else { throw failure("did not let a snapshot go", outcome) }
  }

  /// Writes files of a snapshot into an empty directory; all of them where no pattern is given.
  func restore(_ snapshot: String, to directory: String, including patterns: [String]) throws {
    let outcome = try run(
      ["restore", "-q", "--no-lock", "--target", directory, snapshot]
        + patterns.map { "--include=\($0)" },
      in: "/", Self.transfer
    ) { _ in }
    guard outcome.status == 0 else { throw failure("did not give the files back", outcome) }
  }

  private func ask<Answer: Decodable>(_ arguments: [String], _ what: String) throws -> Answer {
    var bytes: [UInt8] = []
    let outcome = try run(arguments, in: "/", Self.question) { bytes += $0 }
    guard outcome.status == 0,
      let answer = try? JSONDecoder().decode(Answer.self, from: Data(bytes))
    else { throw failure("cannot be \(what)", outcome) }
    return answer
  }

  /// Runs restic, once more where a restic that was killed has left its lock: only a lock whose process
  /// is gone, or that is old, is taken away.
  private func run(
    _ arguments: [String], in directory: String, of data: DirectoryTree? = nil, _ seconds: Int,
    _ line: (ArraySlice<UInt8>) throws -> Void
  ) throws -> ResticProcess.Outcome {
    let process = ResticProcess(
      repository: address, passwordFile: passwordFile, directory: directory, data: data)
    let outcome = try process.run(arguments, seconds: seconds, line)
    guard outcome.status != 0, outcome.errors.contains("already locked") else { return outcome }
    _ = try process.run(["unlock", "-q"], seconds: Self.question) { _ in }
    return try process.run(arguments, seconds: seconds, line)
  }

  private func failure(_ what: String, _ outcome: ResticProcess.Outcome) -> Failure {
    let reason =
      outcome.tookTooLong
      ? "restic took too long"
      : outcome.errors.isEmpty ? "restic ended with \(outcome.status)" : outcome.errors
    return .failed("the restic repository \(what): \(reason)")
  }
}
