import Foundation
import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// What a command inherits lets it reach nothing but its own job.
@Suite struct InheritedDescriptorTests {
  /// It unlocks, locks and writes to whatever it has open.
  private static let attack = """
    for n in 3 4 5 6 7 8 9; do
      flock -u $n; flock -s -n $n; flock -u $n; echo x >&$n; echo x >/proc/self/fd/$n
    done 2>/dev/null
    echo ready; while [ ! -e go ]; do sleep 0.01; done
    """

  @Test(.enabled(if: geteuid() == 0)) func aHostileCommandCannotUnlockThePair() throws {
    let sandbox = try JobSandbox()
    var request = sandbox.shell(Self.attack)
    request.user = JobUser(uid: 4_001, gid: 4_001, groups: [4_001], name: "app", home: "/")
    let runner = try sandbox.startRunner(request)
    sandbox.dropLock()
    #expect(eventually { (try? sandbox.output()) == "ready\n" })
    #expect(try PairLock.take(sandbox.layout) == nil)
    #expect(PairLock.isHeld(sandbox.layout))
    #expect(FileStatus(sandbox.layout.lock)?.size == 0)
    #expect(FileStatus(sandbox.files().commandLock)?.size == 0)
    try Files.write([], to: "\(sandbox.root)/go")
    reap(runner)
    #expect(try sandbox.jobs.state(of: "one") == .finished(.exited(0)))
    #expect(sandbox.isLockFree)
    #expect(try Files.names(in: sandbox.layout.commandLocks) == [])
  }

  /// It has neither the marker nor a parent that is known, as a command that is about to be executed.
  @Test func aProcessWithoutAMarkerKeepsItsJobFromBeingSettled() throws {
    let sandbox = try JobSandbox()
    let script = "env -i /bin/sh -c 'echo $$ >p; mv p pid; sleep 60' & wait"
    let runner = try sandbox.startRunner(sandbox.shell(script))
    sandbox.dropLock()
    #expect(eventually { sandbox.pid(in: "pid") != nil })
    let (left, command) = (
      try #require(sandbox.pid(in: "pid")), try #require(sandbox.files().processes().last?.pid)
    )
    for pid in [runner, command] { kill(pid, SIGKILL) }
    reap(runner)
    #expect(eventually { !isAlive(command) })
    #expect(try sandbox.jobs.state(of: "one") == .running(pid: command))
    #expect(!sandbox.isLockFree)
    Thread.detachNewThread {
      sleep(1)
      for pid in ProcessTree.descendants(of: left).map(\.pid) + [left] { kill(pid, SIGKILL) }
    }
    #expect(try sandbox.jobs.settledState(of: "one") == .lost)
    #expect(!isAlive(left))
    #expect(eventually { sandbox.isLockFree })
  }

  @Test(arguments: [true, false]) func daemonsAndBuildsInheritNothing(isBuild: Bool) throws {
    let sandbox = try JobSandbox()
    var request = sandbox.shell("for f in /proc/$$/fd/*; do readlink $f; done; true")
    (request.isForeign, request.keepsDaemons) = (isBuild, !isBuild)
    #expect(try sandbox.jobs.run(request) == .finished(.exited(0)))
    #expect(try sandbox.output().split(separator: "\n").count == 3)
  }

  @Test func aClientInheritsNothing() throws {
    let file = try Descriptor(opening: "/dev/null", O_RDONLY)
    _ = fcntl(file.number, F_SETFD, 0)
    let spawn = Spawn(
      program: "/bin/sh",
      arguments: ["sh", "-c", "for f in /proc/$$/fd/*; do readlink $f; done; true"],
      environment: [:])
    let printed = try Capture.run(spawn, limit: 4096, seconds: 60).successfulOutput()
    #expect(String(decoding: printed, as: UTF8.self).split(separator: "\n").count == 3)
  }

  @Test func theLockOfASiteCannotBeWrittenTo() throws {
    let sandbox = try JobSandbox()
    try Files.makeDirectories(sandbox.layout.siteLocks, mode: 0o700)
    let lock = try SiteLock.take(sandbox.layout, "a.example", exclusively: false, waiting: 0)
    let number = try #require(lock).descriptor
    #expect(fcntl(number, F_GETFL) & O_ACCMODE == O_RDONLY)
  }
}
