import Foundation

/// Runs a program on a terminal of its own, where somebody answers what it asks.
enum Terminal {
  /// What somebody types when the program asks.
  struct Answer {
    let question: String
    let text: String
  }

  private static let program = """
    import os, pty, select, signal, subprocess, sys, time
    first = os.environb.pop(b"FIRST", b"")
    words = os.environb.pop(b"ANSWERS").split(b"\\n")
    answers, command = list(zip(words[::2], words[1::2])), sys.argv[1:]
    pid, end = pty.fork()
    if pid == 0:
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        os.execvp(command[0], command)
    said, seen, limit = b"", 0, time.time() + 120
    while time.time() < limit:
        if not select.select([end], [], [], 0.5)[0]:
            continue
        try:
            more = os.read(end, 4096)
        except OSError:
            break
        if not more:
            break
        said += more
        while answers and answers[0][0] in said[seen:]:
            seen = said.index(answers[0][0], seen) + len(answers[0][0])
            if first:
                subprocess.run(["sh", "-c", first], check=True)
                first = b""
            os.write(end, answers.pop(0)[1] + b"\\n")
    else:
        os.kill(pid, 9)
    os.close(end)
    sys.stdout.buffer.write(said)
    status = os.waitpid(pid, 0)[1]
    sys.exit(os.waitstatus_to_exitcode(status) & 255)

    """

  /// Runs a program to its end.
  ///
  /// - Parameter first: a shell's script that is run before the first answer is given.
  /// - Returns: its status, and what stood on the terminal.
  static func run(
    _ command: [String], answers: [Answer], first: String = "", in directory: URL,
    environment: [String: String]
  ) throws -> Outcome {
    // Not as arguments: what is typed can be a secret.
    let typed = answers.flatMap { [$0.question, $0.text] }.joined(separator: "\n")
    return try Shell.run(
      "/usr/bin/env", ["python3", "-c", program] + command, in: directory,
      environment: environment.merging(["ANSWERS": typed, "FIRST": first]) { $1 })
  }
}

extension HostCase {
  /// Runs `leapfrog` on a terminal.
  ///
  /// - Parameter first: a shell's script that is run before the first answer is given.
  func onTerminal(
    _ arguments: String..., answers: [(String, String)], first: String = ""
  ) throws -> Outcome {
    try run([Shell.products.appendingPathComponent("leapfrog").path] + arguments, answers, first)
  }

  /// Runs a shell's script on a terminal, with `$leapfrog` in place of the program.
  func shellOnTerminal(_ script: String, answers: [(String, String)] = []) throws -> Outcome {
    let program = Shell.products.appendingPathComponent("leapfrog").path
    return try run(["sh", "-c", "leapfrog=\(program); \(script)"], answers)
  }

  private func run(
    _ command: [String], _ answers: [(String, String)], _ first: String = ""
  ) throws -> Outcome {
    try Terminal.run(
      command,
      answers: answers.map { Terminal.Answer(question: $0, text: $1) }, first: first,
      in: farm.directory,
      environment: farm.environment.merging(environment) { $1 })
  }
}
