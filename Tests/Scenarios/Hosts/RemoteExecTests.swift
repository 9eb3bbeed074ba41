import Foundation
import Glibc
import RealServers
import Testing

/// `leapfrog exec` of a site on a host over SSH: as if the command ran here.
@Suite struct RemoteExecTests {
  private let host: HostCase
  private let site = "one.example.com"

  init() throws {
    host = try HostCase(
      told: { $0.extra = ["SendEnv CANARY LC_*"] },
      server: { try SSHDServer(authorized: [$0], extra: ["AcceptEnv CANARY LC_*"]) })
    try host.prepare()
  }

  private func exec(_ command: String...) throws -> Outcome {
    try host.farm.leapfrog(["exec", site, "--"] + command, environment: host.environment)
  }

  /// The same from a shell's pipeline, with `$leapfrog` in place of the command.
  private func pipeline(_ script: String) throws -> Outcome {
    let program = Shell.products.appendingPathComponent("leapfrog").path
    return try Shell.run(
      "/bin/sh", ["-c", script], in: host.farm.directory,
      environment: host.farm.environment.merging(host.environment) { $1 }
        .merging(["leapfrog": "\(program) exec \(site) --"]) { $1 })
  }

  @Test func streamsAndStatusAreTheCommands() throws {
    let ended = try exec("sh", "-c", "echo out; printf 'err, and €' >&2; exit 7")
    #expect(ended.status == 7 && ended.output == "out\n", "\(ended.text)")
    #expect(ended.error == "err, and €", "\(ended.text)")
    #expect(try exec("sh", "-c", "kill -9 $$").status == 137)
    #expect(try exec("true").text == "status 0\n")
    let missing = try exec("no-such-program")
    #expect(missing.status != 0 && missing.error.contains("no-such-program"), "\(missing.text)")
  }

  @Test func itRunsInThePlatformOfTheSite() throws {
    let root = try SharedPair.farm.get().root.path
    let ended = try exec("sh", "-c", "pwd; echo $LEAPFROG_SITE $LEAPFROG_SITE_DATA")
    #expect(ended.output == "\(root)/blue\n\(site) \(root)/sites/\(site)\n", "\(ended.text)")
    let alias = try host.leapfrog("exec", "www.\(site)", "--", "pwd")
    #expect(alias.output == "\(root)/blue\n", "\(alias.text)")
  }

  @Test func whatIsMissingIsPutThereFirst() throws {
    try host.must("host", "remove", "web1")
    #expect(host.versions().isEmpty)
    let ended = try exec("echo", "done")
    #expect(ended.status == 0 && ended.output == "done\n", "\(ended.text)")
    #expect(host.versions().count == 1)
  }

  @Test func argumentsArriveAsTheyAre() throws {
    let words = [
      "", " ", "a b", "it's", "\"double\"", "$HOME `id` $(id)", "\\n \\\\ \\", "*", "~", "!x", "#",
      ";",
      "&& false", "|", "<", ">", "new\nline\n", "\ttab", "-n", "--", "ü€😀", "%s %d", "a=b", "{a,b}",
      "\u{1}\u{7f}", String(repeating: "long ", count: 4000),
    ]
    let show = "import json, sys; print(json.dumps(sys.argv[1:]))"
    let ended = try host.farm.leapfrog(
      ["exec", site, "--", "python3", "-c", show] + words, environment: host.environment)
    let shown = try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String]
    #expect(ended.status == 0 && shown == words, "\(ended.text.prefix(500))")
  }

  @Test func argumentsThatAreTooLong() throws {
    let long = String(repeating: "long ", count: 20_000)
    let ended = try exec("printf", "%s", long, long)
    #expect(ended.status == 1 && ended.output.isEmpty, "\(ended.text.prefix(500))")
    #expect(ended.error.contains("is too long for web1"), "\(ended.text.prefix(500))")
    #expect(ended.error.split(separator: "\n").count == 1, "\(ended.text.prefix(500))")
  }

  @Test func muchGoesBothWays() throws {
    let sum = "head -c 5000000 /dev/urandom > data; cksum < data; "
    let sent = try pipeline(sum + "$leapfrog cksum < data; cat data | $leapfrog cat | cksum")
    let lines = sent.output.split(separator: "\n")
    #expect(lines.count == 3 && Set(lines).count == 1, "\(sent.text)")
    #expect(sent.error.isEmpty, "\(sent.text)")
  }

  @Test func inputThatNobodyReads() throws {
    let ended = try pipeline("yes | $leapfrog head -n 1; $leapfrog cat < /dev/null; echo $?")
    #expect(ended.output == "y\n0\n" && ended.error.isEmpty, "\(ended.text)")
  }

  // MARK: On a terminal

  private func onTerminal(_ script: String, answers: [(String, String)] = []) throws -> Outcome {
    try host.onTerminal("exec", site, "--", "sh", "-c", script, answers: answers)
  }

  @Test func aTerminalIsHandedOver() throws {
    let ended = try onTerminal(
      "test -t 0 && test -t 1 && test -t 2 && stty size && echo $TERM; printf 'who? '; read x; "
        + "echo it is $x; exit 7", answers: [("who? ", "me")])
    #expect(ended.status == 7, "\(ended.text)")
    #expect(ended.output.contains("24 80\r\n"), "\(ended.text)")
    #expect(ended.output.hasSuffix("who? me\r\nit is me\r\n"), "\(ended.text)")
  }

  @Test func interruptsReachTheCommand() throws {
    let ended = try onTerminal("echo begun; exec sleep 30", answers: [("begun", "\u{3}")])
    #expect(ended.status == 130, "\(ended.text)")
    let trapped = try onTerminal(
      "trap 'echo caught; exit 9' INT; echo begun; while :; do sleep 0.1; done",
      answers: [("begun", "\u{3}")])
    #expect(trapped.status == 9 && trapped.output.contains("caught"), "\(trapped.text)")
  }

  @Test func aTerminalIsAsBeforeWhenItIsTakenBack() throws {
    let ended = try host.shellOnTerminal("stty -g; $leapfrog exec \(site) -- true; stty -g")
    let modes = ended.output.split(separator: "\r\n")
    #expect(modes.count == 2 && modes[0] == modes[1], "\(ended.text)")
  }

  @Test func whatIsRedirectedIsNotMixed() throws {
    let ended = try host.shellOnTerminal(
      "$leapfrog exec \(site) -- sh -c 'echo out; echo err >&2' 2> told; cat told")
    #expect(ended.output == "out\r\nerr\r\n", "\(ended.text)")
  }

  @Test func whatWasLeftRunningKeepsNoTerminal() throws {
    let ended = try onTerminal("sleep 100 & echo begun")
    #expect(ended.status == 0 && ended.output.contains("begun"), "\(ended.text)")
  }

  @Test func aTerminalThatWasLeftRawTellsTheEnd() throws {
    let ended = try onTerminal("stty raw -echo; exit 3")
    #expect(ended.status == 3 && !ended.output.contains("ended"), "\(ended.text)")
  }

  /// What a shell says of the terminal's modes and of how `exec` ended whose command sends a signal to it.
  private func signalled(_ name: String, prelude: String = ":", end: String) throws -> [String] {
    let inner = "sh -c \"echo begun; kill -\(name) $(cat pid); \(end)\""
    let outer = "echo $$ > pid; exec $leapfrog exec \(site) -- \(inner)"
    let ended = try host.shellOnTerminal(
      "export leapfrog; \(prelude); stty -g; sh -c '\(outer)'; echo ended $?; stty -g")
    let lines = ended.output.components(separatedBy: "\r\n").filter { !$0.isEmpty }
    let modes = lines.filter { $0.contains(":") }
    #expect(modes.count == 2 && modes[0] == modes[1], "\(ended.text)")
    return lines
  }

  @Test(arguments: [("TERM", 143), ("HUP", 129), ("INT", 130)])
  func aSignalEndsItAndRestoresTheTerminal(name: String, status: Int) throws {
    #expect(try signalled(name, end: "exec sleep 100").contains("ended \(status)"))
  }

  @Test func aSignalThatIsIgnoredStaysIgnored() throws {
    let lines = try signalled("HUP", prelude: "trap \"\" HUP", end: "sleep 0.5; exit 7")
    #expect(lines.contains("ended 7"), "\(lines)")
  }

  @Test func anAccountThatGetsNoTerminalRunsItAllTheSame() throws {
    let plain = try HostCase(
      server: { try SSHDServer(authorized: [$0], extra: ["PermitTTY no"]) })
    try plain.prepare()
    let ended = try plain.onTerminal(
      "exec", site, "--", "sh", "-c", "test -t 1 || echo none; exit 7", answers: [])
    #expect(ended.status == 7 && ended.output == "none\r\n", "\(ended.text)")
  }

  @Test func whatIsLeftRunningMaySayMore() throws {
    let ended = try exec("sh", "-c", "(sleep 0.5; echo late >&2) & echo now >&2; exit 3")
    #expect(ended.status == 3 && ended.error == "now\nlate\n", "\(ended.text)")
  }

  /// As when a notebook sleeps: what nobody could hear meanwhile was no silence of the host.
  @Test func whoeverIsStoppedForAWhileLosesNoLink() throws {
    let ended = try pipeline(
      """
      $leapfrog sh -c 'echo begun; sleep 25; echo done' > said & pid=$!
      while ! grep -q begun said; do sleep 0.1; done
      kill -STOP $pid; sleep 18; kill -CONT $pid
      wait $pid; echo ended $?; cat said
      """)
    #expect(ended.text == "status 0\nended 0\nbegun\ndone\n", "\(ended.text)")
  }

  @Test func aLinkThatIsKilledIsNoSuccess() throws {
    let out = host.farm.directory.appendingPathComponent("started.out")
    let command = try host.farm.start(
      ["exec", site, "--", "sh", "-c", "echo begun; exec sleep 30"], environment: host.environment)
    try host.farm.wait(20) { try String(contentsOf: out, encoding: .utf8) == "begun\n" }
    let remote = host.server.commands()
    defer { remote.forEach { kill($0, SIGKILL) } }
    host.server.sessions().forEach { kill($0, SIGKILL) }
    command.waitUntilExit()
    #expect(command.terminationStatus == 1)
    let error = host.farm.directory.appendingPathComponent("started.err")
    let said = try String(contentsOf: error, encoding: .utf8)
    #expect(said.hasPrefix("leapfrog: the link to web1 broke"), "\(said)")
    #expect(said.split(separator: "\n").count == 1, "\(said)")
  }

  @Test func theLanguageIsThatOfWhoeverReadsIt() throws {
    let ended = try host.leapfrog(
      "exec", site, "--", "printenv", "LC_TIME", environment: ["LC_TIME": "C.UTF-8"])
    #expect(ended.text == "status 0\nC.UTF-8\n")
  }

  @Test func aVariableThatIsPassedOnIsSeenNowhereElse() throws {
    let secret = UUID().uuidString
    try host.farm.configure(extra: "    environment: [CANARY]")
    try host.farm.put(on: HostCase.name, root: SharedPair.farm.get().root)
    let watch = ArgumentWatch(for: [secret])
    let ended = try host.leapfrog(
      "exec", site, "--", "printenv", "CANARY", environment: ["CANARY": secret])
    let looks = try host.leapfrog("status", "acme", "--json", environment: ["CANARY": secret])
    let seen = watch.stop()
    #expect(ended.text == "status 0\n\(secret)\n")
    #expect(looks.status == 0 && !looks.text.contains(secret), "\(looks.text)")
    #expect(!host.server.log.contains(secret))
    #expect(seen.found.isEmpty && seen.rounds > 3)
  }
}
