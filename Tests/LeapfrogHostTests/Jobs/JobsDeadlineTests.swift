import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct JobsDeadlineTests {
  @Test func endsACommandThatHangs() throws {
    let sandbox = try JobSandbox(grace: 60)
    let script = "trap 'echo asked; exit 0' TERM; sleep 300 & wait"
    #expect(try sandbox.run(script, timeout: 8) == .finished(.timedOut(seconds: 8)))
    #expect(try sandbox.output() == "asked\n")
  }

  @Test func endsACommandThatIgnoresSIGTERM() throws {
    let sandbox = try JobSandbox()
    let script = """
      trap '' TERM; (setsid sleep 300 & echo $! >child); echo $$ >self
      while :; do sleep 9; done
      """
    let begin = SuspendingClock.now
    #expect(try sandbox.run(script, timeout: 8) == .finished(.timedOut(seconds: 8)))
    #expect(SuspendingClock.now - begin < .seconds(60))
    #expect(try !isAlive(#require(sandbox.pid(in: "self"))))
    #expect(try !isAlive(#require(sandbox.pid(in: "child"))))
  }

  @Test func endsAStoppedCommand() throws {
    let sandbox = try JobSandbox(grace: 60)
    let begin = SuspendingClock.now
    #expect(try sandbox.run("kill -STOP $$", timeout: 1) == .finished(.timedOut(seconds: 1)))
    #expect(SuspendingClock.now - begin < .seconds(40))
  }

  /// A daemon as daemons are made: two forks, a session of its own, and the output kept open.
  private let daemon = """
    python3 -c '
    import os, time
    if os.fork() == 0:
      os.setsid()
      if os.fork() == 0:
        open("daemon.new", "w").write(str(os.getpid()))
        os.rename("daemon.new", "daemon")
        time.sleep(300)
      os._exit(0)
    os.wait()
    '; while [ ! -e daemon ]; do sleep 0.01; done
    """

  @Test func endsWhatACommandLeavesBehind() throws {
    let sandbox = try JobSandbox()
    let begin = SuspendingClock.now
    #expect(try sandbox.run("\(daemon); exit 4") == .finished(.exited(4)))
    #expect(SuspendingClock.now - begin < .seconds(60))
    #expect(try !isAlive(#require(sandbox.pid(in: "daemon"))))
    sandbox.dropLock()
    #expect(eventually { sandbox.isLockFree })
  }

  @Test func keepsDaemonsWhereAsked() throws {
    let sandbox = try JobSandbox()
    var request = sandbox.shell("\(daemon); echo ready")
    request.keepsDaemons = true
    #expect(try sandbox.jobs.run(request) == .finished(.exited(0)))
    #expect(try sandbox.output() == "ready\n")
    let pid = try #require(sandbox.pid(in: "daemon"))
    #expect(isAlive(pid))
    sandbox.dropLock()
    #expect(eventually { sandbox.isLockFree })
    kill(pid, SIGKILL)
  }

  @Test func endsAHangingCommandButNotItsDaemon() throws {
    let sandbox = try JobSandbox()
    var request = sandbox.shell("\(daemon); echo $$ >self; sleep 300; true", timeout: 8)
    request.keepsDaemons = true
    #expect(try sandbox.jobs.run(request) == .finished(.timedOut(seconds: 8)))
    let pid = try #require(sandbox.pid(in: "daemon"))
    #expect(isAlive(pid))
    #expect(try !isAlive(#require(sandbox.pid(in: "self"))))
    kill(pid, SIGKILL)
  }

  @Test func outlivesSignalsMeantForTheWorker() throws {
    let sandbox = try JobSandbox()
    let runner = try sandbox.startRunner(sandbox.shell("echo >up; sleep 0.3; echo done"))
    #expect(eventually { sandbox.text("up") != nil })
    for signal in [SIGTERM, SIGHUP, SIGINT, SIGPIPE] { kill(runner, signal) }
    reap(runner)
    #expect(try sandbox.jobs.state(of: "one") == .finished(.exited(0)))
    #expect(try sandbox.output() == "done\n")
  }
}
