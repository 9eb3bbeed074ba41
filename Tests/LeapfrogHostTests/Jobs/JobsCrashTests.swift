import Foundation
import Glibc
import LeapfrogCore
import Synchronization
import Testing

@testable import LeapfrogHost

@Suite struct JobsCrashTests {
  private let slow = "echo $$ >self.new; mv self.new self; sleep 60; echo end"

  @Test func goesOnWithoutItsWorker() throws {
    let sandbox = try JobSandbox()
    let script = "echo >up; while [ ! -e go ]; do sleep 0.01; done; exit 5"
    let runner = try sandbox.startRunner(sandbox.shell(script))
    sandbox.dropLock()
    #expect(eventually { sandbox.text("up") != nil })
    #expect(try sandbox.jobs.state(of: "one") == .running(pid: runner))
    #expect(throws: Failure.self) { try sandbox.jobs.forget("one") }
    #expect(throws: Failure.self) { try sandbox.jobs.settledState(of: "one") }
    #expect(!sandbox.isLockFree)
    try Files.write([], to: "\(sandbox.root)/go")
    reap(runner)
    #expect(try sandbox.jobs.state(of: "one") == .finished(.exited(5)))
    #expect(eventually { sandbox.isLockFree })
  }

  @Test func holdsTheLockWhileTheCommandOfADeadRunnerLives() throws {
    let sandbox = try JobSandbox()
    let runner = try sandbox.startRunner(sandbox.shell(slow))
    sandbox.dropLock()
    #expect(eventually { sandbox.pid(in: "self") != nil })
    let command = try #require(sandbox.pid(in: "self"))
    kill(runner, SIGKILL)
    reap(runner)
    #expect(try sandbox.jobs.state(of: "one") == .running(pid: command))
    #expect(!sandbox.isLockFree)
    #expect(try sandbox.jobs.settledState(of: "one") == .lost)
    #expect(!isAlive(command))
    #expect(eventually { sandbox.isLockFree })
  }

  @Test func endsTheCommandOfARunnerThatDies() throws {
    let sandbox = try JobSandbox()
    let (jobs, request) = (sandbox.jobs, sandbox.shell(slow))
    let state = Mutex<JobState?>(nil)
    // A thread, since a task might have to wait for the one that this test blocks.
    Thread.detachNewThread {
      let end = try? jobs.run(request)
      state.withLock { $0 = end }
    }
    #expect(eventually { sandbox.pid(in: "self") != nil })
    let runner = try #require(sandbox.files().processes().first?.pid)
    kill(runner, SIGKILL)
    #expect(eventually { state.withLock { $0 } == .lost })
    #expect(jobs.loss(of: "the update", id: "one").message.contains("how the update ended"))
    #expect(try !isAlive(#require(sandbox.pid(in: "self"))))
  }

  @Test func findsDaemonsOfADeadRunner() throws {
    let sandbox = try JobSandbox()
    let script = """
      setsid sh -c 'trap "" TERM; echo $$ >d; mv d daemon; while :; do sleep 9; done' & wait
      """
    let runner = try sandbox.startRunner(sandbox.shell(script))
    #expect(eventually { sandbox.pid(in: "daemon") != nil })
    let daemon = try #require(sandbox.pid(in: "daemon"))
    let command = try #require(sandbox.files().processes().last?.pid)
    kill(runner, SIGKILL)
    kill(command, SIGKILL)
    reap(runner)
    #expect(eventually { !isAlive(command) })
    guard case .running = try sandbox.jobs.state(of: "one") else {
      Issue.record("the daemon was overlooked")
      return
    }
    #expect(try sandbox.jobs.settledState(of: "one") == .lost)
    #expect(!isAlive(daemon))
  }

  @Test(arguments: [
    ("job.result.before", JobState.lost), ("job.result.after", .finished(.exited(0))),
  ])
  func diesAroundTheResult(failpoint: String, expected: JobState) throws {
    let sandbox = try JobSandbox()
    let request = sandbox.shell("echo ran >>times")
    reap(try sandbox.startRunner(request, failpoints: "\(failpoint):kill"))
    #expect(try sandbox.jobs.state(of: "one") == expected)
    #expect(throws: Failure.self) { try sandbox.jobs.run(request) }
    #expect(sandbox.text("times") == "ran\n")
  }

  @Test func isAbsentWithoutARecordAndLostWithoutARunner() throws {
    let sandbox = try JobSandbox()
    #expect(try sandbox.jobs.state(of: "one") == .absent)
    try Files.makeDirectory(sandbox.files().directory, mode: 0o700)
    #expect(try sandbox.jobs.state(of: "one") == .absent)
    try JobRecord(sandbox.shell("true"), grace: 1).write(to: sandbox.files().record)
    #expect(try sandbox.jobs.state(of: "one") == .lost)
  }

  @Test func isNotFooledByAProcessThatHasTheNumberNow() throws {
    let sandbox = try JobSandbox()
    try Files.makeDirectory(sandbox.files().directory, mode: 0o700)
    try JobRecord(sandbox.shell("true"), grace: 1).write(to: sandbox.files().record)
    var own = try #require(ProcessIdentity(getpid()))
    try Files.write(Array(own.line.utf8), to: sandbox.files().started)
    #expect(try sandbox.jobs.state(of: "one") == .running(pid: getpid()))
    own.started += 1
    try Files.write(Array(own.line.utf8), to: sandbox.files().started)
    #expect(try sandbox.jobs.state(of: "one") == .lost)
    own.started -= 1
    own.boot = "another"
    try Files.write(Array("garbage\n1 2\n\(own.line)".utf8), to: sandbox.files().started)
    #expect(try sandbox.jobs.state(of: "one") == .lost)
  }

  @Test func believesNoDamagedResult() throws {
    let sandbox = try JobSandbox()
    _ = try sandbox.run("exit 3")
    let line = try Files.read(sandbox.files().result)
    for length in 0..<line.count { #expect(JobReport(line: line[..<length]) == nil) }
    for index in line.indices {
      var damaged = line
      damaged[index] ^= 1
      #expect(JobReport(line: damaged) == nil)
    }
    try Files.write(line.dropLast(), to: sandbox.files().result)
    #expect(try sandbox.jobs.state(of: "one") == .lost)
  }
}
