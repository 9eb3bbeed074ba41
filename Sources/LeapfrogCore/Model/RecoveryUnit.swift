/// The systemd unit that brings to its end, at boot, what a power cut left half done on a pair.
public struct RecoveryUnit: Codable, Sendable, Equatable {
  /// The pair's name.
  public var pair: String
  /// The pair's directory, absolute.
  public var root: String
  /// Who does the work of the pair.
  public var user: String
  /// The path of `leapfrog-host`.
  public var executable: String

  /// The unit for one pair; `fault` tells whether it can be one.
  public init(pair: String, root: String, user: String, executable: String) {
    self.pair = pair
    self.root = root
    self.user = user
    self.executable = executable
  }

  /// The name of the unit's file.
  public var name: String { "leapfrog-recover-\(pair).service" }

  /// What keeps systemd from running it; nil when nothing does.
  public var fault: String? {
    if let fault = Names.fault(inPair: pair) { return "the pair's name \(fault)" }
    for path in [root, executable]
    where !path.hasPrefix("/") || path.unicodeScalars.contains(where: Self.isControl) {
      return "the path '\(path)' is not absolute, or has a control character"
    }
    // systemd refuses these in the path of a program, quoted or not.
    guard !executable.contains(where: { "\\\"'".contains($0) }) else {
      return "the path '\(executable)' of the program has a quote or a backslash"
    }
    return user.unicodeScalars.contains(where: Self.isControl)
      ? "the user's name has a control character" : nil
  }

  /// Where systemd finds the variables that leapfrog needs at boot, such as those of `password_env` and of
  /// restic: for all pairs of the host, and for this one alone. It reads them before it becomes `user`.
  public var environmentFiles: [String] {
    ["/etc/leapfrog/environment", "/etc/leapfrog/environment-\(pair)"]
  }

  /// The unit's file. What `open` starts outlives the recovery. No web server waits for it: a site that is half
  /// moved is closed by a flag in a file, which is there from the first request on, and all others serve.
  public var text: String {
    """
    [Unit]
    Description=Ends what a crash left half done on the pair \(pair)
    RequiresMountsFor=\(Self.quoted(root))
    After=local-fs.target mariadb.service mysql.service postgresql.service
    ConditionPathExists=\(condition)

    [Service]
    Type=oneshot
    User=\(Self.literal(user))
    \(environmentFiles.map { "EnvironmentFile=-\($0)" }.joined(separator: "\n"))
    ExecStart=\(Self.quoted(executable)) recover \(Self.argument(root))
    KillMode=process

    [Install]
    WantedBy=multi-user.target

    """
  }

  /// The line that tells whose the unit is.
  public var condition: String { "\(Self.literal(root))/.leapfrog/journal.sqlite" }

  /// The unit, when it can be one.
  public var verified: RecoveryUnit {
    get throws {
      guard let fault else { return self }
      throw Failure.usage("no unit can be made of \(pair): \(fault)")
    }
  }

  // MARK: The words of systemd.syntax(7)

  /// A value that is taken as it stands but for specifiers.
  private static func literal(_ text: String) -> String {
    escaped(text, ["%": "%%"])
  }

  /// One word of a list.
  private static func quoted(_ text: String) -> String {
    "\"\(escaped(text, ["%": "%%", "\\": "\\\\", "\"": "\\\""]))\""
  }

  /// One argument of a command, where variables are replaced even between quotes.
  private static func argument(_ text: String) -> String {
    "\"\(escaped(text, ["%": "%%", "\\": "\\\\", "\"": "\\\"", "$": "$$"]))\""
  }

  private static func escaped(_ text: String, _ escapes: [Character: String]) -> String {
    text.map { escapes[$0] ?? String($0) }.joined()
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || scalar.value == 0x7F
  }
}

extension [RecoveryUnit] {
  /// What an administrator types to install verified units.
  public var commands: [String] { commands(in: "/etc/systemd/system") }

  /// The same for another directory of systemd's.
  public func commands(in directory: String) -> [String] {
    guard !isEmpty else { return [] }
    return map { "cat > \(directory)/\($0.name) <<'END'\n\($0.text)END" }
      + ["systemctl daemon-reload", "systemctl enable \(map(\.name).joined(separator: " "))"]
  }
}
