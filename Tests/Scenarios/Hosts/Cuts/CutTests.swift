import Foundation
import Glibc
import RealServers
import Synchronization
import Testing

/// The link is cut at any moment of a release, in every way: the release is done as if nothing had been.
///
/// `LEAPFROG_CUTS` says how often, `LEAPFROG_SEED` gives the same cuts again, `LEAPFROG_CUT` only one.
@Suite(.enabled(if: geteuid() == 0)) struct CutTests {
  @Test func aCutLinkChangesNoRelease() throws {
    let campaign = try CutCampaign()
    let results = campaign.run()
    print(CutTable(results: results).text)
    #expect(results.count == campaign.plans.count)
    let faults = results.filter { !$0.faults.isEmpty }.map(\.text)
    #expect(faults.isEmpty, "seed \(campaign.seed): \(faults.joined(separator: "\n"))")
  }
}

/// Many releases, each with a cut, some at a time on hosts of their own.
struct CutCampaign: Sendable {
  let seed: UInt64
  let plans: [CutPlan]
  private let template: Farm
  private let before: Witness.Before
  private let lanes: Int

  init() throws {
    let seed = Self.number("LEAPFROG_SEED").map { UInt64($0) } ?? .random(in: 0..<1 << 32)
    template = try Farm.beforeLarge()
    before = try Witness.Before(template)
    let length = try Self.measure(template)
    plans = Self.indices.map { CutPlan(seed: seed, index: $0, length: length) }
    lanes = Self.number("LEAPFROG_CUT_LANES") ?? 6
    self.seed = seed
    print("cuts: seed \(seed), \(plans.count) cases, a release takes \(length) s")
  }

  private static var indices: [Int] {
    number("LEAPFROG_CUT").map { [$0] } ?? Array(0..<(number("LEAPFROG_CUTS") ?? 24))
  }

  private static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }

  /// How long a release takes that is not cut, on a host that has everything.
  private static func measure(_ template: Farm) throws -> Double {
    let farm = try template.twin(on: newHost())
    try farm.must("status", "acme")
    let start = ContinuousClock.now
    try farm.must("upgrade", "acme", Farm.largeRef)
    return start.duration(to: .now) / .seconds(1)
  }

  /// What is said takes a moment on its way, so that it can get lost there.
  private static func newHost() throws -> FarHost {
    try FarHost(on: NetworkNamespace(delay: .milliseconds(20)))
  }

  /// Runs all cases.
  func run() -> [CutCase.Result] {
    let results = Mutex<[CutCase.Result]>([])
    let rest = Mutex(plans[...])
    Lanes.run(min(lanes, plans.count)) {
      while let plan = rest.withLock({ $0.popFirst() }) {
        let result = Result { try Self.newHost() }.flatMap { host in
          Result { try CutCase(plan, of: template, before: before, on: host).run() }
        }
        let known = result.known(plan)
        print(known.text)
        results.withLock { $0.append(known) }
      }
    }
    return results.withLock { $0 }
  }
}

extension Result where Success == CutCase.Result {
  fileprivate func known(_ plan: CutPlan) -> CutCase.Result {
    switch self {
    case .success(let result): result
    case .failure(let error):
      CutCase.Result(plan: plan, phase: .over, seconds: 0, isLoss: false, faults: ["\(error)"])
    }
  }
}

/// Threads of their own, more than there are processors: most of their time they wait.
enum Lanes {
  static func run(_ count: Int, _ body: @escaping @Sendable () -> Void) {
    let group = DispatchGroup()
    for _ in 0..<count {
      group.enter()
      Thread.detachNewThread {
        body()
        group.leave()
      }
    }
    group.wait()
  }
}

/// How often what was cut when.
struct CutTable {
  let results: [CutCase.Result]

  var text: String {
    let kinds = Set(results.map(\.plan.cut.kind)).sorted()
    let rows = kinds.map { kind in
      let own = results.filter { $0.plan.cut.kind == kind }
      let counts = UpgradeWatch.Phase.allCases.map { phase in
        "\(phase.rawValue) \(own.count { $0.phase == phase })"
      }
      return "\(kind): \(own.count): \(counts.joined(separator: ", ")); "
        + "link lost \(own.count(where: \.isLoss))"
    }
    let bad = results.count { !$0.faults.isEmpty }
    return (rows + ["\(results.count) cuts, \(bad) with faults"]).joined(separator: "\n")
  }
}
