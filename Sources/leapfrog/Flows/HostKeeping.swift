import Foundation
import LeapfrogControl
import LeapfrogCore

/// What the commands for hosts work with; a configuration is not needed for them.
struct HostKeeping: Sendable {
  let console: Console
  let configuration: Configuration?

  /// - Throws: `Failure` for a name that is none.
  func keeper(_ name: String) throws -> HostKeeper {
    if let fault = HostName.fault(in: name) {
      throw Failure.usage("the host's name '\(name)' \(fault)", remedy: "leapfrog host list")
    }
    return HostKeeper(
      name: name, executable: try Context.executable.get(), state: Context.stateDirectory,
      pairs: pairs(on: name).map(\.spec), progress: UploadView(console: console).progress)
  }

  func record(of name: String) -> HostRecord? { records.record(of: name) }

  private var records: HostRecords { HostRecords(state: Context.stateDirectory) }

  private func pairs(on host: String) -> [PairConfiguration] {
    configuration?.pairs.filter { $0.host == host } ?? []
  }

  func rows() throws -> [HostRow] {
    let records = records.all
    let digest = try Context.executable.get().digest()
    let configured = configuration?.hosts ?? []
    let names = configured + records.map(\.name).filter { !configured.contains($0) }
    return names.map { name in
      let record = records.first { $0.name == name }
      return HostRow(
        name: name, address: record?.address, added: record?.added,
        pairs: pairs(on: name).map(\.spec.name),
        executable: record.map { $0.digest == digest ? "this version" : "another version" })
    }
  }

  /// Shows what a visit found; gives the status to exit with after adding.
  func show(_ visit: HostVisit) throws -> Int32 {
    try console.document(visit)
    HostView(console: console).show(visit)
    return 0
  }
}

/// A line of `host list`.
struct HostRow: Encodable {
  static let titles = ["HOST", "ADDRESS", "PAIRS", "ADDED", "LEAPFROG-HOST"]

  var name: String
  var address: String?
  var added: Date?
  var pairs: [String]
  var executable: String?

  var cells: [String] {
    [
      name, address ?? (name == "local" ? "this machine" : "-"), pairs.joined(separator: " "),
      added.map(Formats.moment) ?? (name == "local" ? "-" : "not yet"), executable ?? "-",
    ]
  }
}

extension GlobalOptions {
  /// Runs a body for hosts: with the configuration where there is one.
  func run(hosts body: (HostKeeping) async throws -> Int32) async throws {
    try await run(bare: { console in
      let environment = ProcessInfo.processInfo.environment
      let path = try? Configuration.locate(explicit: config, environment: environment)
      let configuration = try path.map(Configuration.load)
      return try await body(HostKeeping(console: console, configuration: configuration))
    })
  }
}
