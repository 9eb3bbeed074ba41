import Foundation

/// Asks what a host is, and whether it has what these pairs need.
public struct MachineParams: Codable, Sendable {
  /// The pairs that are, or will be, on the host.
  public var pairs: [PairSpec]

  /// A request about a host, and what these pairs need of it.
  public init(pairs: [PairSpec]) {
    self.pairs = pairs
  }
}

/// What a host is.
public struct Machine: Codable, Sendable, Equatable {
  /// Who `leapfrog-host` runs as.
  public var user: String
  /// The host's own name for itself.
  public var hostname: String
  /// When it was asked, by the host's clock, UTC.
  public var time: Date
  /// The kernel's name, `Linux`.
  public var system: String
  /// The kernel's release.
  public var release: String
  /// The machine's, as the kernel calls it: `x86_64`, `aarch64`.
  public var architecture: String
  /// The version of the C library, such as `2.36`.
  public var libc: String
  /// How many processors it can use.
  public var processors: Int
  /// What was looked at, good or bad.
  public var findings: [Finding]

  /// What a host has found out about itself.
  public init(
    user: String, hostname: String, time: Date, system: String, release: String,
    architecture: String, libc: String, processors: Int, findings: [Finding]
  ) {
    self.user = user
    self.hostname = hostname
    self.time = time
    self.system = system
    self.release = release
    self.architecture = architecture
    self.libc = libc
    self.processors = processors
    self.findings = findings
  }
}

/// Asks for the units that recover pairs at boot.
public struct UnitsParams: Codable, Sendable {
  /// A unit for each pair that is to be recovered.
  public var units: [RecoveryUnit]

  /// A request to install these units.
  public init(units: [RecoveryUnit]) {
    self.units = units
  }
}

/// Whether the units are installed, and how an administrator does it.
public struct UnitsResult: Codable, Sendable, Equatable {
  /// False when nothing was changed.
  public var installed: Bool
  /// Where the units are, or belong, in the order asked.
  public var paths: [String]
  /// Why they are not installed.
  public var reason: String?

  /// - Parameter reason: why they are not installed; nil where they are.
  public init(installed: Bool, paths: [String], reason: String? = nil) {
    self.installed = installed
    self.paths = paths
    self.reason = reason
  }
}
