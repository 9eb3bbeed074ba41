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
    return lines.filter { !isScratch($0.key) }
  }

  private static func sums(_ directory: URL) throws -> [(String, String)] {
    let outcome = try Shell.run(
      "/usr/bin/find", [".", "-type", "f", "-exec", "sha256sum", "{}", "+"], in: directory)
    return outcome.output.split(separator: "\n").map { line in
      (String(line.dropFirst(68)), String(line.prefix(64)))
    }
  }

  /// The journal's working files come and go with each look at it.
  private static func isScratch(_ path: String) -> Bool {
    ["-wal", "-shm"].contains { path.hasSuffix($0) }
  }
}
