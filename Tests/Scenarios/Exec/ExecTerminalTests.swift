import Foundation
import Testing

/// `leapfrog exec` of root on a terminal: the command of a site never gets at that terminal.
@Suite struct ExecTerminalTests {
  private let farm: Farm
  private let site = "one.example.com"

  init() throws {
    farm = try Farm(sites: ["one.example.com"])
    try farm.must("init", "acme", "v1")
    guard getuid() == 0 else { return }
    // Another user's, so that the command has not our rights.
    let given = try Shell.run(
      "/bin/chown", ["-R", "nobody", farm.data(site).path], in: farm.directory)
    try #require(given.status == 0, "\(given.text)")
    chmod(farm.directory.path, 0o755)
  }

  /// Runs a shell's script on a terminal, with `$exec` for the command.
  private func onTerminal(_ script: String, answers: [(String, String)] = []) throws -> Outcome {
    let program = Shell.products.appendingPathComponent("leapfrog").path
    return try Terminal.run(
      ["sh", "-c", "exec=\"\(program) exec \(site) --\"; \(script)"],
      answers: answers.map { Terminal.Answer(question: $0, text: $1) }, in: farm.directory,
      environment: farm.environment)
  }

  /// Types into each terminal that it can get at, as if somebody had: TIOCSTI, 0x5412.
  private static let typing = """
    import fcntl, os
    files = list(range(64))
    try:
        files.append(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        pass
    for name in os.listdir("/dev/pts"):
        try:
            files.append(os.open("/dev/pts/" + name, os.O_RDWR | os.O_NOCTTY))
        except OSError:
            pass
    for file in files:
        for byte in b"injected\\n":
            try:
                fcntl.ioctl(file, 0x5412, bytes([byte]))
            except OSError:
                pass
    """

  private func typing() throws -> String {
    let file = farm.data(site).appendingPathComponent("typing.py")
    try Data(Self.typing.utf8).write(to: file)
    return "python3 \(file.path)"
  }

  @Test(arguments: [
    "$exec %", "$exec % < /dev/null", "$exec % | cat", "$exec % > /dev/null 2>&1 < /dev/null",
    "$exec % 7<&0", "$exec sh -c '% & wait'",
  ])
  func nothingIsTypedIntoTheCallersShell(command: String) throws {
    let script = command.replacingOccurrences(of: "%", with: try typing())
    let ended = try onTerminal(
      "\(script); printf 'ready? '; read x; echo got $x.", answers: [("ready? ", "clean")])
    #expect(ended.output.contains("got clean."), "\(ended.text)")
    #expect(!ended.output.contains("got injected"), "\(ended.text)")
  }

  /// Where the system knows no TIOCSTI, that says it.
  @Test func itsTerminalIsAnother() throws {
    let show = "sh -c 'tty; cut -d\" \" -f6,7,8 /proc/$$/stat; readlink /proc/$$/fd/*'"
    let ended = try onTerminal("tty; cut -d' ' -f6,7,8 /proc/$$/stat; echo :; $exec \(show)")
    let parts = ended.output.components(separatedBy: ":\r\n")
    try #require(parts.count == 2, "\(ended.text)")
    let (outer, inner) = (
      parts[0].components(separatedBy: "\r\n"), parts[1].components(separatedBy: "\r\n")
    )
    #expect(inner[0].hasPrefix("/dev/pts/") && inner[0] != outer[0], "\(ended.text)")
    let (ours, its) = (outer[1].split(separator: " "), inner[1].split(separator: " "))
    #expect(zip(ours, its).allSatisfy { $0 != $1 }, "session, terminal, foreground: \(ended.text)")
    #expect(!inner.dropFirst(2).contains(outer[0]), "\(ended.text)")
  }

  @Test func withoutOneThereIsNoneToOpen() throws {
    let ended = try onTerminal(
      "$exec sh -c '(: < /dev/tty) 2> /dev/null && echo open || echo none' < /dev/null 2>&1 | cat")
    #expect(ended.output == "none\r\n", "\(ended.text)")
  }

  @Test func itIsATerminalForTheCommand() throws {
    let ended = try onTerminal(
      "stty -g; stty cols 91 rows 33; $exec sh -c 'test -t 0 -a -t 1 -a -t 2 && stty size; printf \"who? \"; "
        + "read x < /dev/tty; echo it is $x; exit 7'; echo ended $?; stty cols 80 rows 24; stty -g",
      answers: [("who? ", "me")])
    let lines = ended.output.components(separatedBy: "\r\n")
    for line in ["33 91", "it is me", "ended 7"] { #expect(lines.contains(line), "\(ended.text)") }
    let modes = lines.filter { $0.contains(":") }
    #expect(modes.count == 2 && modes[0] == modes[1], "\(ended.text)")
  }

  @Test func ctrlCEndsTheCommandAndNotItsCaller() throws {
    let ended = try onTerminal(
      "trap : INT; $exec sh -c 'echo begun; exec sleep 300'; echo ended $?; "
        + "$exec sh -c 'echo again; exec sleep 300' | cat; echo piped",
      answers: [("begun", "\u{3}"), ("again", "\u{3}")])
    #expect(ended.output.contains("ended 130"), "\(ended.text)")
    #expect(ended.output.contains("piped"), "\(ended.text)")
  }

  /// All that is printed arrives, and what was left running keeps nothing open.
  @Test func allOfItsOutputArrives() throws {
    let ended = try onTerminal(
      "for n in 1 2 3 4 5; do $exec sh -c \"seq 20000; setsid sleep 3 & echo last $n\"; done")
    for number in 1...5 { #expect(ended.output.contains("20000\r\nlast \(number)\r\n")) }
  }

  @Test func aSiteThatEndsItsCallerKeepsNoTerminal() throws {
    let pid = farm.directory.appendingPathComponent("pid").path
    let ended = try onTerminal(
      "sh -c 'echo $$ > \(pid); exec '\"$exec\"' sh -c \"echo begun; exec sleep 300\"' & "
        + "while ! grep -q . \(pid); do sleep 0.1; done; sleep 1; kill -9 $(cat \(pid)); wait; "
        + "sleep 0.2; ps -t $(tty | cut -c6-) -o comm= | grep -c sleep; echo over")
    #expect(ended.output.contains("0\r\nover"), "\(ended.text)")
  }
}
