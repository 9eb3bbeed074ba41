import Glibc
import LeapfrogCore

/// What a host is like where `leapfrog-host` is to be put.
struct HostPlace {
  let host: String
  let system: String
  let machine: String
  let libc: String
  let freeBytes: Int64
  let directory: String

  /// - Throws: `Failure` when it cannot run there, or has no room.
  func verify(_ executable: HostExecutable) throws {
    let size = try executable.size()
    guard system == "Linux", machine == Self.ownMachine else {
      throw Failure.refused(
        "\(host) is \(system) on \(machine), and this leapfrog-host is for Linux on \(Self.ownMachine); "
          + "use a leapfrog that was built for it")
    }
    if let found = Self.version(libc), found < (try executable.neededLibc()) {
      throw Failure.refused(
        "\(host) has \(libc), and this leapfrog-host needs glibc "
          + "\(Self.text(try executable.neededLibc())); build leapfrog on the oldest system that you have"
      )
    }
    let needed = Int64(size) + (8 << 20)
    guard freeBytes >= needed else {
      throw Failure.failed(
        "\(host) has no room for leapfrog-host: \(freeBytes >> 20) MiB are free at \(directory), "
          + "\(needed >> 20) are needed", remedy: "ssh \(host) df -h")
    }
  }

  #if arch(x86_64)
    static let ownMachine = "x86_64"
  #elseif arch(arm64)
    static let ownMachine = "aarch64"
  #else
    static let ownMachine = "another machine"
  #endif

  /// `glibc 2.36` as two numbers; nil for another library, which is only found out by trying.
  static func version(_ text: String) -> [Int]? {
    guard text.hasPrefix("glibc ") else { return nil }
    return text.dropFirst(6).split(separator: ".").compactMap { Int($0) }
  }

  private static func text(_ version: [Int]) -> String {
    version.map(String.init).joined(separator: ".")
  }
}

private func < (left: [Int], right: [Int]) -> Bool { left.lexicographicallyPrecedes(right) }

/// Why `leapfrog-host` did not start, from what the host's loader or shell said.
struct StartFault {
  let host: String
  let said: String

  /// nil when it said nothing of that kind.
  var failure: Failure? {
    if said.contains("libsqlite3") {
      return .failed(
        "\(host) has no libsqlite3, which leapfrog-host needs",
        remedy: "ssh \(host) apt-get install libsqlite3-0")
    }
    if said.contains("GLIBC") {
      return .refused(
        "the libc of \(host) is too old for this leapfrog-host: \(said); build leapfrog on the oldest "
          + "system that you have")
    }
    if said.contains("xec format error") || said.contains("cannot execute") {
      return .refused("\(host) cannot run this leapfrog-host, which is for \(HostPlace.ownMachine)")
    }
    if said.contains("ermission denied") {
      return .failed(
        "\(host) may not run programs from the account's home directory (noexec?): \(said)",
        remedy: "ssh \(host) mount")
    }
    return nil
  }
}
