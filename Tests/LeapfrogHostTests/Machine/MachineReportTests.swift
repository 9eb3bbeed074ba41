import Foundation
import Glibc
import LeapfrogCore
import Synchronization
import Testing

@testable import LeapfrogHost

/// What a host says of itself, and what it finds missing.
@Suite struct MachineReportTests {
  let sandbox: MachineSandbox

  init() throws { sandbox = try MachineSandbox() }

  @Test func itSaysWhatItIs() throws {
    let machine = report([]).make()
    #expect(machine.system == "Linux")
    #expect(machine.libc.split(separator: ".").count == 2, "\(machine.libc)")
    #expect(["x86_64", "aarch64"].contains(machine.architecture), "\(machine.architecture)")
    #expect(!machine.release.isEmpty && machine.processors > 0)
  }

  // MARK: Programs

  @Test func everyProgramIsLookedForOnce() throws {
    let mariadb = DatabaseSpec.server(ServerDatabase(engine: .mariadb))
    let postgresql = DatabaseSpec.server(ServerDatabase(engine: .postgresql))
    let restic = FileBackupSpec(restic: "/r", passwordFile: "/p")
    var pair = pair()
    pair.sites = [
      SiteSpec(name: "a", database: mariadb), SiteSpec(name: "b", database: mariadb),
      SiteSpec(name: "c", database: .sqlite(path: "d")),
    ]
    #expect(Tools.needed(by: [pair]).map(\.names[0]) == ["mariadb", "mariadb-dump", "zstd"])
    pair.sites.append(SiteSpec(name: "e", database: postgresql, files: restic))
    #expect(
      Tools.needed(by: [pair, pair]).map(\.names[0]) == [
        "mariadb", "mariadb-dump", "zstd", "psql", "pg_dump", "pg_restore", "restic",
      ])
  }

  @Test func aToolHasTheNameThatIsThere() throws {
    let (one, other) = ("\(sandbox.directory)/bin/none", "\(sandbox.directory)/bin/systemctl")
    #expect(try Tool(one, other, package: "p").find() == other)
    let failure = #expect(throws: Failure.self) { try Tool("no-such", package: "p").find() }
    #expect(failure?.message == "no-such is not installed")
    #expect(failure?.remedy == "apt-get install p")
  }

  // MARK: The root

  @Test func aRootIsThereOrCanBeMade() throws {
    #expect(finding("root acme")?.good == true)
    try Files.makeDirectory("\(sandbox.directory)/root")
    #expect(finding("root acme")?.message.contains("is writable") == true)
    let space = try #require(finding("space acme"))
    #expect(space.good && space.message.hasSuffix("MiB free"))
  }

  @Test func aRootThatIsAFileIsNone() throws {
    try sandbox.write("", "root")
    #expect(finding("root acme")?.good == false)
  }

  @Test(arguments: ["/proc/a b", "/proc"]) func aRootThatCannotBeUsedIsFound(root: String) throws {
    let look = RootLook(pair: pair(root), user: "nobody")
    let failure = #expect(throws: Failure.self) { try asNobody { try look.message() } }
    let start =
      root == "/proc"
      ? "/proc is not writable for nobody" : "/proc/a b cannot be made by nobody in /proc"
    #expect(failure?.message == "\(start): Permission denied")
    let word = root == "/proc" ? root : "'\(root)'"
    #expect(failure?.remedy == "install -d -o nobody \(word)")
  }

  private func asNobody<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws
    -> Value
  {
    guard geteuid() == 0 else { return try body() }
    let result = Mutex<Result<Value, any Error>?>(nil)
    let isOver = DispatchSemaphore(value: 0)
    let user = try JobUser.named("nobody")
    #if arch(x86_64)
      let setresuid = 117
    #else
      let setresuid = 147
    #endif
    Thread.detachNewThread {
      // glibc's function of this name changes every thread.
      let call = unsafeBitCast(
        dlsym(nil, "syscall"), to: (@convention(c) (Int, Int, Int, Int) -> Int).self)
      _ = call(setresuid, Int(user.uid), -1, -1)
      result.withLock { $0 = Result(catching: body) }
      isOver.signal()
    }
    isOver.wait()
    return try #require(result.withLock { $0 }).get()
  }

  @Test func aFullDiskIsFound() throws {
    let found = try #require(finding("space acme", in: pair("/proc/none")))
    #expect(!found.good && found.remedy == "df -h /proc")
  }

  // MARK: Sessions

  @Test(arguments: [
    ("", "", true), ("[Login]\n#KillUserProcesses=yes\n", "", true),
    ("[Login]\nKillUserProcesses=yes\n", "", false),
    ("[Login]\n KillUserProcesses = 1 \n", "", false),
    ("[Login]\nKillUserProcesses=no\n", "[Login]\nKillUserProcesses=true\n", false),
    ("[Login]\nKillUserProcesses=yes\n", "[Login]\nKillUserProcesses=no\n", true),
    ("[Login]\nKillUserProcesses=yes\nKillExcludeUsers=root deploy\n", "", true),
    ("[Login]\nKillUserProcesses=yes\nKillOnlyUsers=bob\n", "", true),
  ])
  func loginsThatEndWhatTheyStartedAreFound(main: String, drop: String, good: Bool) throws {
    try sandbox.write(main, "logind.conf")
    try sandbox.write(drop, "logind.conf.d/10-local.conf")
    let found = try #require(finding("sessions"))
    #expect(found.good == good, "\(found)")
    guard !good else { return }
    #expect(found.message.contains("KillUserProcesses=yes"))
    let file = drop.isEmpty ? "logind.conf" : "logind.conf.d/10-local.conf"
    #expect(found.remedy?.contains("KillUserProcesses=no/' \(sandbox.directory)/\(file) ") == true)
  }

  @Test func rootsOwnProcessesAreNotEnded() throws {
    try sandbox.write("[Login]\nKillUserProcesses=yes\n", "logind.conf")
    let machine = MachineReport(pairs: [], systemd: sandbox.systemd, user: "root").make()
    #expect(machine.findings.first { $0.subject == "sessions" }?.good == true)
  }

  // MARK: Recovery

  @Test func thePairThatIsThereNeedsItsUnit() throws {
    #expect(finding("recovery acme") == nil)
    let pair = pair()
    try Files.makeDirectories("\(pair.root)/.leapfrog")
    try sandbox.write("", "root/.leapfrog/journal.sqlite")
    let missing = try #require(finding("recovery acme"))
    #expect(!missing.good && missing.remedy == nil)
    let unit = RecoveryUnit(pair: "acme", root: pair.root, user: "deploy", executable: "/l")
    try sandbox.write(unit.text, "system/\(unit.name)")
    #expect(finding("recovery acme")?.message.contains("is not enabled") == true)
    try Files.makeDirectory("\(sandbox.directory)/system/multi-user.target.wants")
    symlink("../\(unit.name)", "\(sandbox.directory)/system/multi-user.target.wants/\(unit.name)")
    #expect(finding("recovery acme")?.good == true)
    let moved = RecoveryUnit(pair: "acme", root: "/elsewhere", user: "deploy", executable: "/l")
    try sandbox.write(moved.text, "system/\(unit.name)")
    #expect(finding("recovery acme")?.good == false, "it is for another root")
  }

  // MARK: Helpers

  private func pair(_ root: String? = nil) -> PairSpec {
    PairSpec(name: "acme", root: root ?? "\(sandbox.directory)/root")
  }

  private func report(_ pairs: [PairSpec]) -> MachineReport {
    MachineReport(pairs: pairs, systemd: sandbox.systemd, user: "deploy")
  }

  private func finding(_ subject: String, in pair: PairSpec? = nil) -> Finding? {
    report([pair ?? self.pair()]).make().findings.first { $0.subject == subject }
  }
}
