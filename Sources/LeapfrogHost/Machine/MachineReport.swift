import Foundation
import Glibc
import LeapfrogCore

/// Says what this host is, and whether it has what pairs need that are or will be on it.
struct MachineReport {
  let pairs: [PairSpec]
  var systemd = Systemd()
  var user = NSUserName()

  func make() -> Machine {
    let kernel = Kernel()
    return Machine(
      user: user, hostname: ProcessInfo.processInfo.hostName, time: Date(), system: kernel.system,
      release: kernel.release, architecture: kernel.architecture, libc: Self.libc,
      processors: ProcessInfo.processInfo.activeProcessorCount, findings: findings)
  }

  /// `glibc 2.36` without the name.
  private static var libc: String {
    var buffer = [CChar](repeating: 0, count: 64)
    let count = confstr(CInt(_CS_GNU_LIBC_VERSION), &buffer, buffer.count)
    let text = String(decoding: buffer.prefix(max(0, count - 1)).map(UInt8.init), as: UTF8.self)
    return text.split(separator: " ").last.map(String.init) ?? "unknown"
  }

  // MARK: What a host needs

  private var findings: [Finding] {
    Tools.needed(by: pairs).map { tool in
      Finding.look(tool.names[0]) { "at \(try tool.find())" }
    }
      + [Finding.look("sessions") { try sessions() }]
      + pairs.flatMap { pair in [root(pair), space(pair)] + recovery(pair) }
  }

  private func sessions() throws -> String {
    guard let file = try systemd.loginSettings.fileThatEnds(processesOf: user) else {
      return "what they start outlives them"
    }
    throw Failure.failed(
      "KillUserProcesses=yes in \(file) lets a release die with the SSH session of \(user) that began it",
      remedy: "sed -i -E 's/^ *KillUserProcesses *=.*/KillUserProcesses=no/' \(file) "
        + "&& systemctl restart systemd-logind")
  }

  private func root(_ pair: PairSpec) -> Finding {
    Finding.look("root \(pair.name)") {
      try RootLook(pair: pair, user: user).message()
    }
  }

  /// Less is used up by the journal and a small site's first backup.
  private static let leastSpace: Int64 = 256 << 20

  private func space(_ pair: PairSpec) -> Finding {
    Finding.look("space \(pair.name)") {
      let place = RootLook(pair: pair, user: user).nearest
      let free = try Files.freeSpace(at: place)
      guard free >= Self.leastSpace else {
        throw Failure.failed(
          "only \(free >> 20) MiB are free where \(pair.root) is, and a release needs \(Self.leastSpace >> 20)",
          remedy: "df -h \(place)")
      }
      return "\(free >> 20) MiB free"
    }
  }

  /// Only a pair that is there can have been cut short.
  private func recovery(_ pair: PairSpec) -> [Finding] {
    guard Files.exists(Layout(root: pair.root).journal) else { return [] }
    return [
      Finding.look("recovery \(pair.name)") {
        try UnitLook(systemd: systemd).message(pair: pair.name, root: pair.root)
      }
    ]
  }
}

/// What `uname` says.
private struct Kernel {
  var system, release, architecture: String

  init() {
    var name = utsname()
    uname(&name)
    system = Self.text(name.sysname)
    release = Self.text(name.release)
    architecture = Self.text(name.machine)
  }

  private static func text<Field>(_ field: Field) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
