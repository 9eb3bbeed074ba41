import Foundation
import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct JobsRunTests {
  @Test(arguments: [0, 1, 3, 127, 255]) func tellsTheExitStatus(status: Int32) throws {
    let sandbox = try JobSandbox()
    #expect(try sandbox.run("exit \(status)") == .finished(.exited(status)))
    #expect(try sandbox.jobs.state(of: "one") == .finished(.exited(status)))
    #expect(JobResult.exited(status).isSuccess == (status == 0))
  }

  @Test(arguments: [SIGKILL, SIGSEGV, SIGTERM]) func tellsTheSignal(signal: Int32) throws {
    let sandbox = try JobSandbox()
    #expect(try sandbox.run("kill -\(signal) $$") == .finished(.signalled(signal)))
  }

  /// A password in the environment, for a command of the app, stays in memory.
  @Test func whatIsInheritedIsHandedOnAndNotWrittenDown() throws {
    let sandbox = try JobSandbox()
    let home = try #require(Environment.own()["HOME"])
    var request = sandbox.shell("echo $HOME $GREETING")
    request.environment["HOME"] = home
    #expect(try sandbox.jobs.run(request) == .finished(.exited(0)))
    #expect(try sandbox.output() == "\(home) hello\n")
    let record = try JobRecord(reading: sandbox.files().record)
    #expect(record.inherited.contains("HOME") && record.request.environment["HOME"] == nil)
    #expect(record.request.environment["GREETING"] == "hello")
  }

  @Test func aRepeatableJobTellsItsEndToo() throws {
    let sandbox = try JobSandbox()
    var request = sandbox.shell("exit 3")
    request.isRepeatable = true
    #expect(try sandbox.jobs.run(request) == .finished(.exited(3)))
    #expect(throws: Failure.self) { try sandbox.jobs.run(request) }
  }

  @Test func takesBothOutputsInOrder() throws {
    let sandbox = try JobSandbox()
    _ = try sandbox.run("echo first; echo second >&2; printf third")
    #expect(try sandbox.output() == "first\nsecond\nthird")
    #expect(sandbox.files().report()?.outputBytes == 18)
    #expect(sandbox.jobs.output(of: "one", lines: 2) == "second\nthird")
  }

  @Test func givesTheCommandNothingButWhatWasAsked() throws {
    let sandbox = try JobSandbox()
    var request = sandbox.request(["env"])
    request.environment["LEAPFROG_FAILPOINTS"] = "nothing:error"
    request.environment["LEAPFROG_LOCK_FD"] = "9"
    #expect(try sandbox.jobs.run(request) == .finished(.exited(0)))
    #expect(
      try sandbox.output().split(separator: "\n").sorted() == [
        "GREETING=hello", "LEAPFROG_JOB=\(sandbox.layout.job("one"))", "PATH=/usr/bin:/bin",
      ])
  }

  @Test func givesTheCommandItsDescriptorsAndItsOwnLockAlone() throws {
    let sandbox = try JobSandbox()
    _ = try sandbox.run("cat; for f in /proc/$$/fd/*; do readlink $f; done; pwd -P")
    let lines = try sandbox.output().split(separator: "\n").map(String.init)
    #expect(lines.first == "/dev/null")
    #expect(lines.count == 5)
    #expect(lines[1].hasPrefix("pipe:") && lines[1] == lines[2])
    #expect(lines[3] == sandbox.files().commandLock)
    #expect(lines[4] == sandbox.root)
  }

  @Test func givesTheCommandASessionAndDefaultSignals() throws {
    let sandbox = try JobSandbox()
    _ = try sandbox.run(
      "cut -d' ' -f1,5,6 /proc/$$/stat; exec grep -E 'Sig(Blk|Ign)' /proc/self/status")
    let lines = try sandbox.output().split(separator: "\n").map(String.init)
    #expect(Set(lines[0].split(separator: " ")).count == 1)
    // Beyond the 31 signals that have names, libc keeps two for itself.
    let masks = lines[1...].compactMap { UInt64($0.suffix(16), radix: 16) }
    #expect(masks.count == 2 && masks.allSatisfy { $0 & 0x7FFF_FFFF == 0 })
  }

  @Test func passesArgumentsAsTheyAre() throws {
    let sandbox = try JobSandbox()
    let odd = ["", "two words", "-n", "$(id)", "a\nb", "é'\""]
    _ = try sandbox.jobs.run(sandbox.request(["printf", "[%s]"] + odd))
    #expect(try sandbox.output() == odd.map { "[\($0)]" }.joined())
  }

  @Test func keepsRecordAndDirectoryPrivate() throws {
    let sandbox = try JobSandbox()
    _ = try sandbox.run("true")
    #expect(FileStatus(sandbox.files().directory)?.mode == 0o700)
    #expect(FileStatus(sandbox.files().record)?.mode == 0o600)
    #expect(FileStatus(sandbox.files().output)?.mode == 0o600)
    #expect(FileStatus(sandbox.files().log)?.size == 0)
  }

  @Test func neverRunsAJobTwice() throws {
    let sandbox = try JobSandbox()
    _ = try sandbox.run("echo ran >>times; exit 3")
    #expect(throws: Failure.self) { try sandbox.run("echo ran >>times") }
    let again = try Spawn(
      program: JobSandbox.executable,
      arguments: ["leapfrog-host", "run", sandbox.files().directory], environment: [:]
    ).start()
    reap(again)
    #expect(sandbox.text("times") == "ran\n")
    #expect(try sandbox.jobs.state(of: "one") == .finished(.exited(3)))
  }

  @Test func findsProgramsAsAShellDoes() throws {
    let sandbox = try JobSandbox()
    try Files.write(Array("#!/bin/sh\necho mine\n".utf8), to: "\(sandbox.root)/tool", mode: 0o755)
    #expect(try sandbox.jobs.run(sandbox.request(["./tool"])) == .finished(.exited(0)))
    var request = sandbox.request(["tool"], id: "two")
    request.environment["PATH"] = "/nowhere:\(sandbox.root)"
    #expect(try sandbox.jobs.run(request) == .finished(.exited(0)))
    #expect(try sandbox.output(id: "two") == "mine\n")
  }

  @Test func forgetsAJob() throws {
    let sandbox = try JobSandbox()
    _ = try sandbox.run("true", id: "one")
    _ = try sandbox.run("true", id: "two")
    try sandbox.jobs.forget("one")
    try sandbox.jobs.forget("never-was")
    #expect(try sandbox.jobs.state(of: "one") == .absent)
    #expect(try sandbox.jobs.ids() == ["two"])
    #expect(try Files.names(in: sandbox.layout.jobs) == ["two"])
  }

  @Test func forgetsWhatIsOlderThanATime() throws {
    let sandbox = try JobSandbox()
    _ = try sandbox.run("true", id: "old")
    usleep(20_000)
    let time = Date()
    usleep(20_000)
    _ = try sandbox.run("true", id: "new")
    try sandbox.jobs.prune(keeping: nil)
    #expect(try sandbox.jobs.ids() == ["new", "old"])
    try sandbox.jobs.prune(keeping: time)
    #expect(try sandbox.jobs.ids() == ["new"])
  }

  @Test func runsJobsSideBySide() async throws {
    let sandbox = try JobSandbox()
    let jobs = sandbox.jobs
    let requests = (0..<4).map { sandbox.shell("echo \($0)", id: "job-\($0)") }
    try await withThrowingTaskGroup(of: JobState.self) { group in
      for request in requests { group.addTask { try jobs.run(request) } }
      for try await state in group { #expect(state == .finished(.exited(0))) }
    }
    for number in 0..<4 { #expect(try sandbox.output(id: "job-\(number)") == "\(number)\n") }
  }
}
