import Foundation

/// Asks what a host is, and whether it has what these pairs need.
public struct MachineParams: Codable, Sendable {
  public var pairs: [PairSpec]

  public init(pairs: [PairSpec]) {
    self.pairs = pairs
  }
}

/// What a host is.
public struct Machine: Codable, Sendable, Equatable {
  public var user: String
  public var hostname: String
  public var time: Date
  /// The kernel's name, `Linux`.
  public var system: String
  /// The kernel's release.
  public var release: String
  /// The machine's, as the kernel calls it: `x86_64`, `aarch64`.
  public var architecture: String
  /// The version of the C library, such as `2.36`.
  public var libc: String
  public var processors: Int
  /// What was looked at, good or bad.
  public var findings: [Finding]

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
  public var units: [RecoveryUnit]

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
  /// What an administrator types to install them.
  public var commands: [String]
  /// Why they are not installed.
  public var reason: String?

  public init(installed: Bool, paths: [String], commands: [String], reason: String? = nil) {
    self.installed = installed
    self.paths = paths
    self.commands = commands
    self.reason = reason
  }
}
