import LeapfrogCore

/// Whether the configuration and the host agree on the sites of a pair.
struct Readiness {
  let spec: PairSpec
  let status: PairStatus
  /// The host, where a command has to name it.
  var host: String?

  /// Why the sites cannot all move; the rule of the host, asked before anything is staged: staging
  /// for nothing would take the way back from the sites.
  var refusal: Failure? {
    guard status.sites.contains(where: { $0.platform != nil }) else { return nothingSeated }
    guard let first = unconfigured.first else { return nil }
    return .refused(
      "\(Formats.names(unconfigured)) of \(spec.name) \(unconfigured.count == 1 ? "is" : "are") "
        + "not in leapfrog.yml any more",
      remedy: "leapfrog site remove \(spec.name) \(first)\(onHost)")
  }

  private var nothingSeated: Failure {
    let what = spec.sites.isEmpty ? "no site in leapfrog.yml" : "no seated site yet"
    return .refused("\(spec.name) has \(what)", remedy: "leapfrog init \(spec.name) REF\(onHost)")
  }

  private var onHost: String { host.map { " --host \($0)" } ?? "" }

  /// What differs, each with the command that mends it.
  var notes: [String] {
    note(unseated, "not seated yet", "add")
      + note(unconfigured, "not in leapfrog.yml", "remove", onHost)
  }

  private func note(
    _ sites: [String], _ what: String, _ command: String, _ option: String = ""
  ) -> [String] {
    guard let first = sites.first else { return [] }
    return [
      "\(what): \(Formats.names(sites)); "
        + "run `leapfrog site \(command) \(spec.name) \(first)\(option)`"
    ]
  }

  private var unconfigured: [String] { seated.subtracting(spec.sites.map(\.name)).sorted() }

  private var unseated: [String] { spec.sites.map(\.name).filter { !seated.contains($0) } }

  private var seated: Set<String> {
    Set(status.sites.filter { $0.platform != nil }.map(\.name))
  }
}
