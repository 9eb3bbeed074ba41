import Foundation
import RealServers
import Testing

@testable import LeapfrogControl

/// The shell lines of the first contact, run by real shells.
@Suite struct BootstrapTests {
  static let shells = ["/bin/sh", "/bin/dash", "/bin/bash"]

  private let directory: ServerDirectory
  /// What stands for the executable: it shows its arguments.
  private static let program = """
    #!/usr/bin/env python3
    import json, sys
    print(json.dumps(sys.argv[1:]), flush=True)
    sys.stderr.write("said")
    sys.exit(7)

    """

  init() throws { directory = try ServerDirectory() }

  private var home: String { "\(directory.path)/my home" }
  private var place: String { "\(home)/.local/share/leapfrog" }

  private func bootstrap(of text: String = Self.program) throws -> Bootstrap {
    let file = try directory.write(text, "program")
    return Bootstrap(digest: String(try Tool.run(["sha256sum", file]).prefix(64)))
  }

  /// What a shell says to a line, as the account's shell gets it.
  private func say(
    _ line: String, _ shell: String, input: String = "/dev/null", extra: [String: String] = [:]
  ) throws -> Tool {
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    let environment = ["HOME": home, "PATH": "/usr/local/bin:/usr/bin:/bin", "LINE": line]
    return try Tool.attempt(
      [shell, "-c", #"exec "$0" -c "$LINE" < "$1""#, shell, input],
      environment: environment.merging(extra) { $1 })
  }

  /// The answer among what was said.
  private func answer(_ bootstrap: Bootstrap, _ said: Tool) -> BootstrapAnswer? {
    said.output.split(separator: "\n").compactMap { line in
      line.hasPrefix("\(bootstrap.nonce) ")
        ? BootstrapAnswer(String(line.dropFirst(bootstrap.nonce.count + 1))) : nil
    }.first
  }

  /// The lines that take the program.
  private func storing(_ bootstrap: Bootstrap) throws -> String {
    let program = try FileManager.default.attributesOfItem(atPath: "\(directory.path)/program")
    return bootstrap.store(size: program[.size] as? Int ?? 0)
  }

  private func store(_ bootstrap: Bootstrap, _ shell: String) throws {
    let said = try say(try storing(bootstrap), shell, input: "\(directory.path)/program")
    #expect(answer(bootstrap, said) == .stored, "\(said.output)")
  }

  @Test(arguments: Self.shells) func theWholeStory(shell: String) throws {
    let bootstrap = try bootstrap()
    guard
      case .absent(let system, let machine, let libc, let free, let directory) =
        answer(bootstrap, try say(bootstrap.contact, shell))
    else { throw ServerProcess.Fault("no answer") }
    #expect(system == "Linux" && machine == HostPlace.ownMachine && libc.hasPrefix("glibc 2."))
    #expect(free > 0 && directory == place)
    try store(bootstrap, shell)
    let path = "\(place)/\(bootstrap.digest)/leapfrog-host"
    #expect(try String(contentsOfFile: path, encoding: .utf8) == Self.program)
    let contact = try say(bootstrap.contact, shell)
    #expect(answer(bootstrap, contact) == .ready(directory: place))
    #expect(contact.output.contains(#"["rpc"]"#) && contact.status == 7)
    try Data("another".utf8).write(to: URL(fileURLWithPath: path))
    guard case .altered(let digest, path) = answer(bootstrap, try say(bootstrap.contact, shell))
    else { throw ServerProcess.Fault("not seen as altered") }
    #expect(digest.count == 64 && digest != bootstrap.digest)
    #expect(answer(bootstrap, try say(bootstrap.remove, shell)) == .removed)
    #expect(!FileManager.default.fileExists(atPath: place))
  }

  @Test(arguments: Self.shells) func argumentsAreWordsAndNothingElse(shell: String) throws {
    let words = [
      "", " ", "a b", "it's", "\"", "$HOME", "`id`", "$(id)", "\\", "\\0101", "a\\c", "new\nline",
      "end\n\n", "!x", "*", "~", "-e", "--", "%s", "ü€😀", "_", "#", ";exit", "&", "\t", "(",
      "'\\''",
    ]
    let bootstrap = try bootstrap()
    try store(bootstrap, shell)
    let said = try say(bootstrap.run(words), shell)
    let line = said.output.split(separator: "\n").first { $0.hasPrefix("[") } ?? ""
    let shown = try? JSONDecoder().decode([String].self, from: Data(line.utf8))
    #expect(shown == words, "\(said.output)")
    #expect(said.output.hasSuffix("said\u{1e}\(bootstrap.nonce) ended 7"), "\(said.output)")
  }

  @Test(arguments: Self.shells) func whatArrivesDamagedIsNotKept(shell: String) throws {
    let bootstrap = try bootstrap()
    let other = try directory.write("something else", "other")
    let said = try say(try storing(bootstrap), shell, input: other)
    #expect(answer(bootstrap, said) == .failed)
    #expect(try FileManager.default.contentsOfDirectory(atPath: place).isEmpty)
  }

  /// What recovers sites at boot is what was proven last.
  @Test(arguments: Self.shells) func whatIsDamagedAndAsLongIsNeverRun(shell: String) throws {
    let link = "\(place)/leapfrog-host"
    let old = try bootstrap(of: Self.program.replacing("7", with: "9"))
    try store(old, shell)
    #expect(answer(old, try say(old.contact, shell)) == .ready(directory: place))
    let bootstrap = try bootstrap()
    let other = try directory.write(Self.program.replacing("7", with: "8"), "other")
    #expect(answer(bootstrap, try say(try storing(bootstrap), shell, input: other)) == .stored)
    guard case .altered = answer(bootstrap, try say(bootstrap.contact, shell)) else {
      throw ServerProcess.Fault("not seen as altered")
    }
    let manager = FileManager.default
    #expect(try manager.destinationOfSymbolicLink(atPath: link) == "\(old.digest)/leapfrog-host")
    try store(bootstrap, shell)
    #expect(answer(bootstrap, try say(bootstrap.contact, shell)) == .ready(directory: place))
    #expect(
      try manager.destinationOfSymbolicLink(atPath: link) == "\(bootstrap.digest)/leapfrog-host")
  }

  /// Two controllers put the same there, and what one sends is cut.
  @Test(arguments: Self.shells) func whatFailsTakesNothingFromAnother(shell: String) throws {
    let (bootstrap, failing) = (try bootstrap(), try bootstrap())
    let script = #"""
      cd "$1" && mkfifo line && { $0 -c "$LINE" < line > said & } && exec 3> line
      while ! test -e "$PLACE/.$NONCE"; do sleep 0.1; done
      $0 -c "$FAILING" < /dev/null
      cat program >&3
      exec 3>&-
      wait
      cat said
      """#
    let environment = [
      "HOME": home, "PATH": "/usr/bin:/bin", "LINE": try storing(bootstrap), "PLACE": place,
      "FAILING": try storing(failing), "NONCE": bootstrap.nonce,
    ]
    let said = try Tool.attempt(
      ["sh", "-c", script, shell, directory.path], environment: environment, seconds: 30)
    #expect(answer(failing, said) == .failed, "\(said.output)")
    #expect(answer(bootstrap, said) == .stored, "\(said.output)")
  }

  @Test(arguments: Self.shells) func eachUseIsNoted(shell: String) throws {
    let bootstrap = try bootstrap()
    try store(bootstrap, shell)
    _ = try say(bootstrap.contact, shell)
    let used = "\(place)/\(bootstrap.digest)/used"
    for line in [bootstrap.contact, bootstrap.run(["x"])] {
      try Tool.run(["touch", "-d", "40 days ago", used])
      _ = try say(line, shell)
      #expect(try Tool.run(["find", used, "-mtime", "-1"]) == used)
      try Tool.run(["rm", used])
      try Tool.run(["mkdir", used])
      #expect(try !say(line, shell).output.contains("used"), "that it cannot be is not told")
      try Tool.run(["rmdir", used])
      try Tool.run(["touch", used])
    }
  }

  @Test func otherWaysToTakeADigest() throws {
    // A host without openssl, and one without either.
    let bin = "\(directory.path)/bin"
    try Tool.run(["mkdir", bin])
    for tool in [
      "mkdir", "cat", "wc", "sync", "sha256sum", "chmod", "mv", "ln", "date", "cd", "find", "rm",
      "rmdir",
    ] {
      try Tool.run([
        "sh", "-c", #"p=$(command -v "$0") && test -x "$p" && ln -s "$p" "$1" || true"#, tool, bin,
      ])
    }
    let bootstrap = try bootstrap()
    let input = "\(directory.path)/program"
    let said = try say(try storing(bootstrap), "/bin/sh", input: input, extra: ["PATH": bin])
    #expect(answer(bootstrap, said) == .stored, "\(said.output)")
    let proven = try say(bootstrap.contact, "/bin/sh", extra: ["PATH": bin])
    #expect(answer(bootstrap, proven) == .ready(directory: place), "\(proven.output)")
    try Tool.run(["rm", "\(bin)/sha256sum"])
    let none = try say(bootstrap.contact, "/bin/sh", extra: ["PATH": bin])
    guard case .altered("none", _) = answer(bootstrap, none) else {
      Issue.record("\(none.output)")
      return
    }
  }

  @Test func itIsBusyWhileSomethingRunsFromIt() throws {
    let bootstrap = try bootstrap()
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try Tool.run(["cp", "/bin/sleep", "\(place)/sleep"])
    let process = try ServerProcess(["\(place)/sleep", "60"], directory: directory.path)
    #expect(answer(bootstrap, try say(bootstrap.remove, "/bin/sh")) == .busy)
    process.stop()
    #expect(answer(bootstrap, try say(bootstrap.remove, "/bin/sh")) == .removed)
  }

  @Test func noTwoContactsHaveTheSameNonce() throws {
    #expect(Set((0..<100).map { _ in Bootstrap(digest: "x").nonce }).count == 100)
  }

  @Test func answers() throws {
    #expect(BootstrapAnswer("ready|/a b") == .ready(directory: "/a b"))
    #expect(BootstrapAnswer("altered|none|/f") == .altered(digest: "none", path: "/f"))
    #expect(
      BootstrapAnswer("absent|Linux|x86_64|glibc 2.36|1024|/d")
        == .absent(
          system: "Linux", machine: "x86_64", libc: "glibc 2.36", freeBytes: 1 << 20,
          directory: "/d"))
    // musl has no such variable, and an odd `df` no such column: only trying tells.
    #expect(
      BootstrapAnswer("absent|Linux|x86_64|||/d")
        == .absent(
          system: "Linux", machine: "x86_64", libc: "", freeBytes: .max / 1024 * 1024,
          directory: "/d"))
    let odd = "a\u{1b}[2J"
    #expect(
      BootstrapAnswer("altered|\(odd)|\(odd)")
        == .altered(digest: #"a\u{1B}[2J"#, path: #"a\u{1B}[2J"#))
    guard
      case .absent(let system, let machine, let libc, _, let directory) =
        BootstrapAnswer("absent|\(odd)|\(odd)|\(odd)|1|\(odd)")
    else { throw ServerProcess.Fault("no answer") }
    #expect([system, machine, libc, directory].allSatisfy { $0 == #"a\u{1B}[2J"# })
    for odd in ["9223372036854775807", "9007199254740992", "-9223372036854775808"] {
      guard case .absent(_, _, _, let bytes, _) = BootstrapAnswer("absent|Linux|x86_64||\(odd)|/d")
      else {
        Issue.record("no answer")
        continue
      }
      #expect(bytes == (odd.hasPrefix("-") ? 0 : .max / 1024 * 1024))
    }
    for text in ["", "ready", "ready|a|b", "altered|x", "absent|Linux", "stored more", "x"] {
      #expect(BootstrapAnswer(text) == nil)
    }
  }
}
