import Foundation
import Glibc

/// One release whose link is cut once, in a pair of its own.
struct CutCase {
  let plan: CutPlan
  private let farm: Farm
  private let host: FarHost
  private let before: Witness.Before

  init(_ plan: CutPlan, of template: Farm, before: Witness.Before, on host: FarHost) throws {
    (self.plan, self.host, self.before) = (plan, host, before)
    farm = try template.twin(on: host)
  }

  /// How it went.
  struct Result: Sendable {
    let plan: CutPlan
    let phase: UpgradeWatch.Phase
    let seconds: Double
    /// Whether the controller lost its link.
    let isLoss: Bool
    var faults: [String]

    /// A line for the log.
    var text: String {
      let end = faults.isEmpty ? "well" : faults.joined(separator: "; ")
      return "cut \(plan.index): \(plan.cut), \(plan.moment) (\(phase.rawValue)), "
        + "\(isLoss ? "link lost, " : "")\(Int(seconds)) s: \(end)"
    }
  }

  func run() throws -> Result {
    let start = ContinuousClock.now
    // A controller that is stopped for long enough finds that its session was given up.
    let upgrade = try Running(
      "leapfrog", command, of: farm, environment: ["LEAPFROG_IDLE_LOCKED": "2"])
    let watch = try UpgradeWatch(farm, upgrade, lastRelease: before.lastRelease)
    try watch.wait(for: plan.moment)
    let phase = try watch.phase()
    try cut(upgrade.process.processIdentifier)
    let end = try finish(upgrade, phase)
    var result = Result(
      plan: plan, phase: phase, seconds: start.duration(to: .now) / .seconds(1),
      isLoss: upgrade.text.contains("trying again"), faults: [])
    result.faults = try faults(of: end)
    if !result.faults.isEmpty { result.faults.append("it said: \(end.text)") }
    return result
  }

  private var command: [String] { ["upgrade", "acme", Farm.largeRef] }

  // MARK: Cutting

  private func cut(_ controller: pid_t) throws {
    switch plan.cut {
    case .packets(let seconds):
      try host.road?.cut()
      sleep(seconds)
      try host.road?.mend()
    case .session(let times):
      for time in 0..<times {
        sleep(time == 0 ? 0 : 0.4)
        host.server.sessions().forEach { kill($0, SIGKILL) }
      }
    case .controller: kill(controller, SIGKILL)
    case .pause(let seconds):
      kill(controller, SIGSTOP)
      sleep(seconds)
      kill(controller, SIGCONT)
    }
  }

  private func sleep(_ seconds: Double) { usleep(UInt32(seconds * 1e6)) }

  // MARK: The end

  /// The end of the command, which is given again where the first one could not see its end.
  private func finish(_ upgrade: Running, _ phase: UpgradeWatch.Phase) throws -> Outcome {
    let end = upgrade.end(within: 120)
    if case .controller = plan.cut, phase != .over { return try again() }
    return try isUnbegun(end, phase) ? again() : end
  }

  /// A host that was never reached is told at once: then nothing may have been done.
  private func isUnbegun(_ end: Outcome, _ phase: UpgradeWatch.Phase) throws -> Bool {
    guard [.reaching, .asking].contains(phase), end.status == 1 else { return false }
    return try !end.error.contains("trying again") && end.error.contains(FarHost.name)
      && JournalReader(farm).lastRelease() == before.lastRelease
  }

  /// The session of a controller that died has a moment to find that out.
  private func again() throws -> Outcome {
    var end = try farm.running(command).end()
    for _ in 0..<20 where end.status == 4 && end.error.contains("is busy: stage of") {
      usleep(300_000)
      end = try farm.running(command).end()
    }
    return end
  }

  // MARK: Looking

  private func faults(of end: Outcome) throws -> [String] {
    var faults = faultsOfReport(end)
    let journal = try JournalReader(farm)
    let (state, last) = (try journal.state(), try journal.lastRelease())
    if state != "done" { faults.append("the release is \(state ?? "-")") }
    if last != before.lastRelease + 1 { faults.append("\(last - before.lastRelease) releases") }
    for site in farm.sites where try farm.platform(site) != "blue" {
      faults.append("\(site) has not moved")
    }
    if !Bounded.wait(60, until: { farm.isLockFree }) { faults.append("the lock is held") }
    return try faults + Witness(farm, before: before).faults()
  }

  /// Every event is told once, and the end.
  private func faultsOfReport(_ end: Outcome) -> [String] {
    guard end.status == 0 else { return ["status \(end.status)"] }
    if case .controller = plan.cut, end.output.contains("nothing to do") { return [] }
    let lines = end.output.split(separator: "\n")
    let isWhole = farm.sites.allSatisfy { site in
      lines.count { $0.contains("\(site): began") } == 1
        && lines.count { $0.contains("\(site): done, down for") } == 1
    }
    return isWhole && end.output.contains("; 2 sites moved;") ? [] : ["the report is another"]
  }
}
