import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct ProcessTests {
  @Test func readsAnyProcessName() throws {
    let fields = (0..<20).map { "\($0 + 100)" }.joined(separator: " ")
    let line = Array("7 (a) b) (R 1 2\n) S \(fields)\n".utf8)
    let status = try #require(ProcessStatus(7, stat: line))
    #expect(status.parent == 100 && status.session == 102 && status.started == 118)
    #expect(!status.isZombie)
    #expect(ProcessStatus(7, stat: Array("7 (a) Z 1 2".utf8)) == nil)
    #expect(ProcessStatus(7, stat: []) == nil)
    #expect(ProcessStatus(7, stat: Array(")".utf8)) == nil)
  }

  @Test func knowsItselfAgain() throws {
    let own = try #require(ProcessIdentity(getpid()))
    #expect(own.isAlive)
    #expect(ProcessIdentity(line: own.line.dropLast()) == own)
    #expect(ProcessIdentity(line: "") == nil)
    #expect(ProcessIdentity(line: "1 -2 boot") == nil)
    #expect(ProcessIdentity(-1) == nil)
  }

  @Test func tellsADeadChildFromALivingOne() throws {
    let child = try Spawn(program: "/bin/true", arguments: ["true"], environment: [:]).start()
    let identity = ProcessIdentity(child)
    #expect(eventually { identity?.isAlive != true })
    reap(child)
  }

  @Test func assignsDescriptorsWhateverTheirNumbers() throws {
    var first = try Pipe()
    var second = try Pipe()
    var echo = Spawn(
      program: "/bin/sh", arguments: ["sh", "-c", "echo out; echo err >&2; ls /proc/$$/fd"],
      environment: [:])
    let pid = try first.lendWriting { one in
      try second.lendWriting { two in
        echo.descriptors = [1: two, 2: one, 5: one]
        return try echo.start()
      }
    }
    reap(pid)
    #expect(text(in: first.reading) == "err\n")
    #expect(text(in: second.reading) == "out\n0\n1\n2\n5\n")
  }

  @Test func throwsWhatTheSystemSays() throws {
    var spawn = Spawn(program: "/bin/true", arguments: ["true"], environment: [:])
    spawn.directory = "/no/such/directory"
    let failure = #expect(throws: Failure.self) { try spawn.start() }
    #expect(failure?.message == "cannot run /bin/true: No such file or directory")
    spawn.directory = nil
    spawn.descriptors = [4: 9_999]
    #expect(throws: Failure.self) { try spawn.start() }
  }

  private func text(in pipe: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = read(pipe, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
