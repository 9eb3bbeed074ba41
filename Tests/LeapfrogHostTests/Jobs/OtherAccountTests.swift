import Foundation
import Glibc
import Synchronization
import Testing

@testable import LeapfrogHost

/// What a command that runs as another account could do to leapfrog's own processes.
@Suite(.enabled(if: geteuid() == 0)) struct OtherAccountTests {
  /// The lock belongs to all who have its descriptor, and each of them can let go of it.
  @Test func aCommandOfAnotherAccountGetsNoLock() throws {
    let sandbox = try JobSandbox()
    var request = sandbox.shell("for f in /proc/$$/fd/*; do readlink $f; done; flock -u 3; true")
    request.user = try JobUser.named("nobody")
    #expect(try sandbox.jobs.run(request) == .finished(.exited(0)))
    #expect(try !sandbox.output().contains(sandbox.layout.lock))
    let other = try Descriptor(opening: sandbox.layout.lock, O_RDWR)
    #expect(flock(other.number, LOCK_EX | LOCK_NB) == -1)
  }

  /// A thread with the account's real id could be ended by the account, and with it the whole process.
  @Test func noThreadOfOursEverHasAnIDOfTheAccount() throws {
    let user = try JobUser.named("nobody")
    let isOver = Atomic(false)
    let found = Mutex<Set<String>>([])
    DispatchQueue.concurrentPerform(iterations: 2) { turn in
      guard turn == 0 else {
        while !isOver.load(ordering: .relaxed) { found.withLock { $0.formUnion(Self.ids()) } }
        return
      }
      for _ in 0..<200 {
        let spawn = Spawn(program: "/bin/true", arguments: ["true"], environment: [:])
        _ = try? Child(spawn, as: user).wait()
      }
      isOver.store(true, ordering: .relaxed)
    }
    #expect(found.withLock { $0 } == ["0"])
  }

  /// A limit that came after the start would not hold for what the command has started by then.
  @Test func limitsHoldFromTheFirstInstruction() throws {
    let spawn = Spawn(
      program: "/bin/sh", arguments: ["sh", "-c", "ulimit -c; id -u"],
      environment: ["PATH": Program.usualPath])
    let user = try JobUser.named("nobody")
    for _ in 0..<20 {
      let capture = try Capture.run(spawn, as: user, limit: 100, seconds: 20)
      #expect(String(decoding: capture.output, as: UTF8.self) == "0\n\(user.uid)\n")
    }
  }

  /// The ids that kill(2) looks at, of all our threads.
  private static func ids() -> Set<String> {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    return Set(
      tasks.flatMap { task -> [String] in
        let text =
          (try? String(contentsOfFile: "/proc/self/task/\(task)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("Uid:") } ?? ""
        let words = line.split(separator: "\t").dropFirst().map(String.init)
        return words.count == 4 ? [words[0], words[2]] : []
      })
  }
}
