import Foundation
import LeapfrogCore

/// What one visit to a host found.
public struct HostVisit: Encodable, Sendable {
  /// The name that ssh knows, or `local`.
  public var host: String
  /// `USER@ADDRESS:PORT`; nil for the local host.
  public var address: String?
  /// The host key's fingerprint, as ssh prints it; nil for the local host.
  public var fingerprint: String?
  /// Seconds from a request to its answer over the open connection: the median of some.
  public var roundTrip: Double
  /// Seconds that the host's clock is ahead of the controller's.
  public var clockDifference: Double
  /// The `leapfrog-host` there.
  public var executable: String
  /// The SHA-256 of that `leapfrog-host`, in hexadecimal digits.
  public var digest: String
  /// How it was put there; nil where it was there already.
  public var upload: Transfer?
  /// What the host says of itself.
  public var machine: Machine
  /// What was looked at, good or bad.
  public var findings: [Finding]
  /// Whether the units that recover pairs at boot were installed; nil where nobody asked for that.
  public var units: Units?

  /// Bytes that went to the host.
  public struct Transfer: Encodable, Sendable {
    /// The size of `leapfrog-host`, in bytes.
    public var bytes: Int
    /// Seconds until the host had confirmed that it is whole.
    public var seconds: Double
  }

  /// Whether the units are installed, and how an administrator does it.
  public struct Units: Encodable, Sendable {
    /// False when nothing was changed.
    public var installed: Bool
    /// Where the units are, or belong.
    public var paths: [String]
    /// What an administrator types to install them; each can have several lines.
    public var commands: [String]
    /// Why they are not installed; nil where they are.
    public var reason: String?
  }

  /// Whether nothing is missing.
  public var isGood: Bool { findings.allSatisfy(\.good) }

  enum CodingKeys: String, CodingKey {
    case host, address, fingerprint, executable, digest, upload, machine, findings, units
    case roundTrip = "round_trip"
    case clockDifference = "clock_difference"
  }
}

/// Measures a connection, and asks the host what it is.
struct HostExamination {
  let host: String
  let connection: Connection
  let pairs: [PairSpec]
  private static let samples = 21
  /// Seconds that clocks may differ before events are hard to read.
  private static let tolerance = 5.0

  func roundTrip() async throws -> Double {
    var times: [Double] = []
    for _ in 0..<Self.samples {
      let begun = ContinuousClock.now
      let _: HostInfo = try await connection.call(.hello, Nothing(), within: 20)
      times.append(begun.duration(to: .now) / .seconds(1))
    }
    return times.sorted()[Self.samples / 2]
  }

  func machine() async throws -> Machine {
    try await connection.call(.machine, MachineParams(pairs: pairs), within: 60)
  }

  /// What the host found, with what only the controller can tell.
  func findings(_ machine: Machine, clockDifference: Double) -> [Finding] {
    let seconds = Int(clockDifference.rounded())
    let isClose = abs(clockDifference) <= Self.tolerance
    let clock = Finding(
      subject: "clock", good: isClose,
      message: isClose
        ? "as here" : "\(abs(seconds)) s \(seconds > 0 ? "ahead of" : "behind") this machine",
      remedy: isClose || host == "local" ? nil : "ssh \(host) timedatectl set-ntp true")
    return [clock] + machine.findings.map(mended)
  }

  private func mended(_ finding: Finding) -> Finding {
    guard finding.subject.hasPrefix("recovery "), !finding.good else { return finding }
    var finding = finding
    finding.remedy = "leapfrog host add \(host) --install-units"
    return finding
  }
}
