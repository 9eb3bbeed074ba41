import Foundation
import Testing

/// Crontabs, workers and requests while a site moves: held, waited for, declined, and never for ever.
@Suite struct HeldTests {
  private let site = "one.example.com"
  private let farm: Farm

  init() throws {
    farm = try Farm(sites: ["one.example.com"])
    try farm.must("init", "acme", "v1")
  }

  private func exec(_ script: String, wait: Int = 0) throws -> Running {
    try Running(
      "leapfrog", ["exec", "--wait", "\(wait)", site, "--", "sh", "-c", script], of: farm)
  }

  /// A script that notes that it runs and goes on until it is let go.
  private func held(_ name: String) -> String {
    "touch \(path(name)).begun; for n in $(seq 2000); do [ -e \(path(name)) ] && break; sleep 0.05; done; echo $(readlink ../live/\(site)) > \(path(name)).end"
  }

  private func path(_ name: String) -> String { farm.directory.appendingPathComponent(name).path }
  private func isThere(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: path(name))
  }
  private func touch(_ name: String) throws {
    try Data().write(to: URL(fileURLWithPath: path(name)))
  }

  @Test func aMigrationWaitsForACommandAndNewOnesWaitForTheMigration() throws {
    let command = try exec(held("old"))
    #expect(Bounded.wait { isThere("old.begun") })
    let upgrade = try farm.running(["upgrade", "acme", "v2"])
    #expect(Bounded.wait { upgrade.text.contains("one.example.com: began") }, "\(upgrade.text)")
    let declined = try exec("true").end()
    #expect(declined.status == 4, "none begins while one is waited for: \(declined.text)")
    let waiting = try exec("readlink ../live/\(site)", wait: 60)
    #expect(!Bounded.wait(0.5) { !upgrade.process.isRunning }, "\(upgrade.text)")
    #expect(try farm.closedSites().isEmpty && farm.platform(site) == "blue")
    try touch("old")
    #expect(command.end().status == 0)
    #expect(try String(contentsOfFile: path("old.end"), encoding: .utf8) == "../blue\n")
    let moved = upgrade.end()
    #expect(moved.status == 0, "\(moved.text)")
    let waited = waiting.end()
    #expect(waited.output == "../green\n", "\(waited.text)")
  }

  @Test func aCommandDeclinesAfterItsTimeAlsoWhereTheReleaseWasInterrupted() throws {
    let killed = try farm.cli("upgrade", "acme", "v2", failpoints: "step.close.after:kill")
    #expect(killed.status == 5, "\(killed.text)")
    let begun = ContinuousClock.now
    let declined = try exec("true", wait: 1).end()
    let took = ContinuousClock.now - begun
    #expect(declined.status == 4, "\(declined.text)")
    #expect(took > .seconds(1) && took < .seconds(30), "\(took)")
    let waiting = try exec("readlink ../live/\(site)", wait: 60)
    #expect(try farm.cli("resume", "acme").status == 0)
    #expect(waiting.end().output == "../green\n")
  }

  @Test func workersAreStoppedAndStartedAround() throws {
    let log = path("workers")
    try farm.configure(
      siteExtra: """
                  close: 'echo stop $(basename $LEAPFROG_PLATFORM) >> \(log); test ! -e \(log).fails'
                  open: 'echo start $(basename $LEAPFROG_PLATFORM) >> \(log)'
        """)
    try touch("workers.fails")
    let failed = try farm.cli("upgrade", "acme", "v2")
    #expect(failed.status == 1, "\(failed.text)")
    #expect(try farm.closedSites().isEmpty && farm.platform(site) == "blue")
    #expect(try String(contentsOfFile: log, encoding: .utf8) == "stop blue\nstart blue\n")
    try FileManager.default.removeItem(atPath: log)
    try FileManager.default.removeItem(atPath: "\(log).fails")
    try farm.must("upgrade", "acme", "v2")
    #expect(try String(contentsOfFile: log, encoding: .utf8) == "stop blue\nstart green\n")
  }

  /// A request is under way, in a transaction, when the site is closed.
  @Test(arguments: [0.6, 300]) func aRequestMayEndAndIsNotWaitedForInVain(seconds: Double) throws {
    // One that ends may be late on a slow machine.
    try farm.configure(extra: "    drain: \(seconds < 2 ? 60 : 2)")
    let request = try Transaction(farm, site, for: seconds)
    let upgrade = try farm.cli("upgrade", "acme", "v2")
    if seconds < 2 {
      #expect(upgrade.status == 0, "\(upgrade.text)")
      #expect(try farm.sql(site, "SELECT count(*) FROM post WHERE title = 'late'") == "1")
    } else {
      #expect(upgrade.status == 1, "\(upgrade.text)")
      #expect(upgrade.text.contains("process \(request.pid) (python3)"), "\(upgrade.text)")
      #expect(try farm.platform(site) == "blue" && farm.closedSites().isEmpty)
    }
  }
}

/// A visitor's request: a transaction on a site's database that takes its time; ends with its owner.
final class Transaction {
  private let process = Process()
  private let input = Pipe()

  private static let program = """
    import select, sqlite3, sys
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO post (title, body) VALUES ('late', 'x')")
    print("begun", flush=True)
    select.select([sys.stdin], [], [], float(sys.argv[2]))
    connection.execute("COMMIT")
    """

  init(_ farm: Farm, _ site: String, for seconds: Double) throws {
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", Self.program, farm.database(site).path, "\(seconds)"]
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    guard !output.fileHandleForReading.availableData.isEmpty else {
      throw KitError("the transaction was not begun")
    }
  }

  var pid: pid_t { process.processIdentifier }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
