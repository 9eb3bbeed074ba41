import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct JobUserTests {
  @Test func looksAccountsUp() throws {
    let root = try JobUser.named("root")
    #expect(root.uid == 0 && root.gid == 0 && root.groups.contains(0))
    #expect(root.home == "/root")
    let failure = #expect(throws: Failure.self) { try JobUser.named("no-such-account") }
    #expect(failure?.message.contains("'no-such-account'") == true)
  }

  @Test func findsMoreGroupsThanExpected() throws {
    let all = JobUser.groups(of: "root", with: 4_000)
    #expect(all.contains(4_000))
    #expect(JobUser.groups(of: "root", with: 4_000, room: 1).sorted() == all.sorted())
  }

  @Test func switchesToNobodyForRootsFiles() throws {
    #expect(try JobUser.owner(of: "/") == nil)
    #expect(throws: Failure.self) { try JobUser.owner(of: "/no/such/file") }
  }

  @Test(.enabled(if: geteuid() == 0)) func findsTheOwner() throws {
    let sandbox = try JobSandbox()
    let path = "\(sandbox.root)/file"
    try Files.write([], to: path)
    chown(path, 65534, 65534)
    #expect(try JobUser.owner(of: path)?.uid == 65534)
    chown(path, 54_321, 54_322)
    let unknown = JobUser(uid: 54_321, gid: 54_322, groups: [54_322], name: "54321", home: "/")
    #expect(try JobUser.owner(of: path) == unknown)
  }

  /// All four ids, the groups and the capabilities: nothing of root may be left.
  @Test(.enabled(if: geteuid() == 0)) func becomesAnotherAccountEntirely() throws {
    let sandbox = try JobSandbox()
    var request = sandbox.shell(
      "grep -E '^(Uid|Gid|Groups|Cap(Prm|Eff|Amb))' /proc/self/status; echo $HOME $USER $LOGNAME")
    request.user = JobUser(
      uid: 4_001, gid: 4_002, groups: [4_002, 4_003], name: "app", home: "/home/app")
    #expect(try sandbox.jobs.run(request) == .finished(.exited(0)))
    let none = "0000000000000000"
    #expect(
      try sandbox.output().split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
        == [
          ["Uid:", "4001", "4001", "4001", "4001"], ["Gid:", "4002", "4002", "4002", "4002"],
          ["Groups:", "4002", "4003"], ["CapPrm:", "\(none)"], ["CapEff:", "\(none)"],
          ["CapAmb:", "\(none)"], ["/home/app", "app", "app"],
        ])
  }

  @Test(.enabled(if: geteuid() == 0)) func keepsTheRunnerOutOfItsReach() throws {
    let sandbox = try JobSandbox()
    var request = sandbox.shell(
      "kill -9 $PPID; cat \(sandbox.files().record); touch \(sandbox.root)/mine; exit 6")
    request.user = JobUser(uid: 4_001, gid: 4_001, groups: [4_001], name: "app", home: "/")
    #expect(try sandbox.jobs.run(request) == .finished(.exited(6)))
    #expect(try sandbox.output().contains("Permission denied"))
    #expect(sandbox.text("mine") == nil)
  }

  @Test(.enabled(if: geteuid() == 0)) func endsAnotherAccountsCommand() throws {
    let sandbox = try JobSandbox()
    var request = sandbox.shell("trap '' TERM; setsid sleep 60 & sleep 60", timeout: 1)
    request.user = JobUser(uid: 4_001, gid: 4_001, groups: [4_001], name: "app", home: "/")
    #expect(try sandbox.jobs.run(request) == .finished(.timedOut(seconds: 1)))
    #expect(ProcessTree.carrying("LEAPFROG_JOB=\(sandbox.files().directory)").isEmpty)
  }
}
