import Foundation
import Glibc
import RealServers
import Testing

/// A release on eight hosts at once: it takes as long as on the slowest alone, in little memory. The sites
/// wait instead of computing, because the hosts are one machine here.
///
/// `LEAPFROG_TEST_SITES=25 LEAPFROG_TEST_WAIT=1` make it larger; the wait is long, so that what the one machine
/// has to do for eight hosts is little beside it.
@Suite struct ManyHostsTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let sites = environment["LEAPFROG_TEST_SITES"].flatMap(Int.init) ?? 2
  /// Seconds that the update of a site takes.
  private static let wait = environment["LEAPFROG_TEST_WAIT"] ?? "15"

  private let server: SSHDServer
  private let fleet: Fleet

  init() throws {
    server = try SharedServer.another()
    let names = (1...Self.sites).map { "s\($0)" }
    fleet = try Fleet(
      [
        "web1": names, "web2": names, "web3": names, "web4": names, "web5": names, "web6": names,
        "web7": names, "web8": names,
      ], servers: ["web8": server]
    ) { name in
      """
                  aliases: [www.\(name)]
                  commands:
                    install: 'touch $LEAPFROG_SITE_DATA/made'
                    update: 'sleep \(Self.wait)'
      """
    }
  }

  @Test func eightTakeAsLongAsOneAndADeadOneCostsNothing() throws {
    let controller = fleet.controller
    try fleet.must("init", "acme", "v1")
    let alone = try upgrade("v2", "--host", "web1")
    #expect(alone.status == 0)
    let all = try upgrade("v4")
    #expect(all.status == 0)
    #expect(try fleet.pages() == [4])
    try controller.commit("v5", on: "v4", ["index.html": "<html><body>version 5</body></html>\n"])
    server.stop()
    let without = try upgrade("v5")
    #expect(without.status == 3)
    #expect(try fleet.pages() == [4, 5])
    #expect(try Set(fleet["web8"].sites.map(fleet.page(of:))) == [4])
    print(
      "\(Self.sites) sites a host, \(Self.wait) s each: one host \(alone), eight \(all), "
        + "seven and a dead one \(without)")
    for run in [all, without] {
      #expect(run.seconds < 1.3 * alone.seconds)
      #expect(run.megabytes < 120)
    }
  }

  /// How an upgrade went.
  private struct Run: CustomStringConvertible {
    let status: Int32
    let seconds: Double
    /// The most memory that the controller had.
    let megabytes: Int

    var description: String { String(format: "%.1f s (%d MB)", seconds, megabytes) }
  }

  private func upgrade(_ words: String...) throws -> Run {
    let begun = ContinuousClock.now
    let running = try fleet.running(["upgrade", "acme"] + words)
    var kilobytes = 0
    while running.process.isRunning, ContinuousClock.now - begun < .seconds(600) {
      kilobytes = max(kilobytes, Self.peak(of: running.process.processIdentifier))
      usleep(20_000)
    }
    let seconds = (ContinuousClock.now - begun) / .seconds(1)
    return Run(
      status: running.end(within: 10).status, seconds: seconds, megabytes: kilobytes / 1024)
  }

  /// The most memory that a process has had, in kB; 0 when it is no more.
  private static func peak(of pid: pid_t) -> Int {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    return text.firstMatch(of: /VmHWM:\s+([0-9]+) kB/).flatMap { Int($0.1) } ?? 0
  }
}
