/// Where a host's systemd has its files.
struct Systemd: Sendable {
  var units = "/etc/systemd/system"
  /// The directory of `logind.conf`.
  var configuration = "/etc/systemd"
  /// It is there while systemd runs the machine.
  var running = "/run/systemd/system"
  /// The program, found in the `PATH`.
  var systemctl = Tool("systemctl", package: "systemd")

  var isRunning: Bool { Files.exists(running) }

  /// What a file of systemd's says; it may be a link.
  static func text(of file: String) throws -> String {
    String(decoding: try Files.read(try Files.realPath(file)), as: UTF8.self)
  }

  func path(of unit: String) -> String { "\(units)/\(unit)" }

  /// What the administrator or a package says of logins, the later file winning (logind.conf(5)).
  var loginSettings: LoginSettings {
    get throws {
      let drops = try Files.names(in: "\(configuration)/logind.conf.d").filter {
        $0.hasSuffix(".conf")
      }
      let files =
        ["\(configuration)/logind.conf"]
        + drops.sorted().map { "\(configuration)/logind.conf.d/\($0)" }
      return try files.filter(Files.exists).reduce(into: LoginSettings()) { settings, file in
        settings.read(try Self.text(of: file), file: file)
      }
    }
  }
}

/// What `logind.conf` says, as far as it can end a release.
struct LoginSettings {
  /// The values by key, and the file that each is from.
  private var values: [String: (value: String, file: String)] = [:]

  mutating func read(_ text: String, file: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1).map(Self.trimmed)
      guard parts.count == 2, !parts[0].hasPrefix("#"), !parts[0].hasPrefix(";") else { continue }
      values[parts[0]] = (parts[1], file)
    }
  }

  /// The file by which everything a user has started ends with their session; nil where it does not.
  func fileThatEnds(processesOf user: String) -> String? {
    guard let kills = values["KillUserProcesses"], Self.isTrue(kills.value) else { return nil }
    let only = names("KillOnlyUsers")
    guard only.isEmpty || only.contains(user) else { return nil }
    let excluded = values["KillExcludeUsers"] == nil ? ["root"] : names("KillExcludeUsers")
    return excluded.contains(user) ? nil : kills.file
  }

  private func names(_ key: String) -> [String] {
    (values[key]?.value ?? "").split(separator: " ").map(String.init)
  }

  private static func isTrue(_ value: String) -> Bool {
    ["1", "yes", "y", "true", "t", "on"].contains(value.lowercased())
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop(while: \.isWhitespace)
    let end = start.lastIndex { !$0.isWhitespace }
    return end.map { String(start[...$0]) } ?? ""
  }
}
