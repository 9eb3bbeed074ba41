import Foundation

/// Everything below a directory, as far as nobody may have changed it: names, kinds, modes, owners,
/// contents. The tool's own locks and logs may be touched by looking.
enum Listing {
  /// Lines by path; empty when there is no such directory.
  static func of(_ directory: URL) throws -> [String: String] {
    let find = try Shell.run(
      "/usr/bin/find", [directory.path, "-printf", #"%P\t%y %m %U:%G %l\n"#], in: URL(filePath: "/")
    )
    var lines: [String: String] = [:]
    for line in find.output.split(separator: "\n") {
      let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
      lines[String(parts[0])] = String(parts.last ?? "")
    }
    for (path, sum) in try sums(directory) { lines[path, default: ""] += sum }
    let journal = directory.appendingPathComponent(".leapfrog/journal.sqlite")
    if FileManager.default.fileExists(atPath: journal.path) {
      lines[".leapfrog/journal.sqlite"] = try contents(of: journal)
    }
    return lines.filter { !isScratch($0.key) }
  }

  /// What a database says; its bytes change when its log is folded into it.
  private static func contents(of database: URL) throws -> String {
    let dump = try Shell.run(
      "/usr/bin/sqlite3", ["-cmd", ".timeout 30000", database.path, ".dump"], in: URL(filePath: "/")
    )
    guard dump.status == 0 else { throw KitError(dump.text) }
    return dump.output
  }

  /// The paths whose lines differ, for a message.
  static func differences(_ one: [String: String], _ other: [String: String]) -> [String] {
    Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted()
  }

  private static func sums(_ directory: URL) throws -> [(String, String)] {
    let outcome = try Shell.run(
      "/usr/bin/find", [".", "-type", "f", "-exec", "sha256sum", "{}", "+"], in: directory)
    return outcome.output.split(separator: "\n").map { line in
      (String(line.dropFirst(68)), String(line.prefix(64)))
    }
  }

  /// The journal's working files come and go with each look at it; the lock says who asked last.
  private static func isScratch(_ path: String) -> Bool {
    ["-wal", "-shm", ".leapfrog/lock"].contains { path.hasSuffix($0) }
  }
}
