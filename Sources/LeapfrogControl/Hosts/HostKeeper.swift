import Foundation
import LeapfrogCore

/// Adds, examines and removes a host.
public struct HostKeeper: Sendable {
  private let name: String
  private let executable: HostExecutable
  private let records: HostRecords
  private let pairs: [PairSpec]
  private let progress: RemoteHost.Progress

  /// Shows a fingerprint that is not known; says whether it is the host's.
  public typealias Confirm =
    @Sendable (_ name: String, _ type: String, _ fingerprint: String)
    throws -> Bool

  /// - Parameter pairs: those that the configuration has on the host.
  public init(
    name: String, executable: HostExecutable, state: String, pairs: [PairSpec],
    progress: @escaping RemoteHost.Progress
  ) {
    (self.name, self.executable, self.pairs, self.progress) = (name, executable, pairs, progress)
    records = HostRecords(state: state)
  }

  /// Makes a host known and ready: its key, `leapfrog-host`, its record.
  ///
  /// - Parameters:
  ///   - confirm: asked about a key that is not known.
  ///   - installsUnits: whether the units that recover pairs at boot are installed.
  public func add(confirm: @escaping Confirm, installsUnits: Bool) async throws -> HostVisit {
    let visit = try await visit(installsUnits: installsUnits, storesIfAltered: true) {
      key, settings in
      guard try confirm(settings.name, key.shownType, key.fingerprint) else { return false }
      try KnownHosts.add(key, settings)
      return true
    }
    try records.save(
      HostRecord(
        name: name, address: visit.address ?? "this machine", fingerprint: visit.fingerprint,
        added: records.record(of: name)?.added ?? Date(), digest: visit.digest,
        units: visit.units?.installed == true
          ? pairs.map(\.name) : records.record(of: name)?.units ?? []))
    return visit
  }

  /// Looks at a host; changes nothing but that `leapfrog-host` is put there where it is missing.
  public func check() async throws -> HostVisit {
    try await visit(installsUnits: false, storesIfAltered: false, introduce: nil)
  }

  /// Takes `leapfrog-host` from a host, and forgets the host.
  ///
  /// - Parameter contacts: false to forget it alone.
  public func remove(contacts: Bool) async throws {
    if contacts, name != "local" { try await LinkLost.asFailure { try await clear() } }
    records.remove(name)
  }

  private func clear() async throws {
    let session = try await SSHDialer(name: name).connect()
    let bootstrap = Bootstrap(digest: try executable.digest())
    let id = try await session.start(bootstrap.remove, until: Deadline(seconds: 20)).id
    var marked = MarkedStream(
      SSHChannel(session: session, id: id), host: name, nonce: bootstrap.nonce)
    let answer = try await marked.answer(within: 60)
    let said = await marked.reason(within: 20)
    await session.close()
    guard answer != .busy else {
      throw Failure.refused(
        "leapfrog-host is at work on \(name)", remedy: "leapfrog status --host \(name)")
    }
    guard answer == .removed else {
      throw Failure.failed(
        "leapfrog-host cannot be removed from \(name): \(said)")
    }
  }

  // MARK: A visit

  private func visit(
    installsUnits: Bool, storesIfAltered: Bool, introduce: SSHDialer.Introduction?
  ) async throws -> HostVisit {
    let digest = try executable.digest()
    guard name != "local" else {
      let connection = try await LocalHost(executable: executable).connect()
      return try await examined(
        connection, path: executable.path, digest: digest, installsUnits: installsUnits)
    }
    return try await LinkLost.asFailure {
      try await visitRemote(digest, installsUnits, storesIfAltered, introduce)
    }
  }

  private func visitRemote(
    _ digest: String, _ installsUnits: Bool, _ storesIfAltered: Bool,
    _ introduce: SSHDialer.Introduction?
  ) async throws -> HostVisit {
    let settings = try await OpenSSH.settings(of: name)
    let session = try await SSHDialer(name: name).connect(settings, introduce: introduce)
    do {
      let remote = RemoteHost(name: name, executable: executable, progress: progress)
      let greeted = try await remote.greet(
        session, settings, digest: digest, storesIfAltered: storesIfAltered)
      var visit = try await examined(
        greeted.connection, path: "\(greeted.directory)/leapfrog-host", digest: digest,
        installsUnits: installsUnits)
      visit.address = "\(settings.user)@\(settings.address):\(settings.port)"
      visit.fingerprint = await session.hostKey?.fingerprint
      let size = try executable.size()
      visit.upload = greeted.upload.map { HostVisit.Transfer(bytes: size, seconds: $0) }
      await session.close()
      return visit
    } catch {
      await session.close()
      throw error
    }
  }

  private func examined(
    _ connection: Connection, path: String, digest: String, installsUnits: Bool
  ) async throws -> HostVisit {
    let examination = HostExamination(host: name, connection: connection, pairs: pairs)
    let roundTrip = try await examination.roundTrip()
    let asked = Date()
    let info: HostInfo = try await connection.call(.hello, Nothing(), within: 20)
    // The host writes whole seconds.
    let difference = info.time.timeIntervalSince(asked) + 0.5
    let units = installsUnits ? try await install(path, info.user, connection) : nil
    let machine = try await examination.machine()
    return HostVisit(
      host: name, roundTrip: roundTrip, clockDifference: difference, executable: path,
      digest: digest, machine: machine,
      findings: examination.findings(machine, clockDifference: difference), units: units)
  }

  private func install(_ path: String, _ user: String, _ connection: Connection) async throws
    -> HostVisit.Units
  {
    let units = pairs.map {
      RecoveryUnit(pair: $0.name, root: $0.root, user: user, executable: path)
    }
    let result: UnitsResult = try await connection.call(
      .units, UnitsParams(units: units), within: 120)
    return HostVisit.Units(
      installed: result.installed, paths: result.paths,
      // Never the host's own: an administrator types them.
      commands: try units.map { try $0.verified }.commands, reason: result.reason)
  }
}
