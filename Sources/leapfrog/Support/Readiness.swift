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
    return refusalOfUnconfigured
  }

  /// The file can be older than the host: what is live is not to be taken away for it.
  private var refusalOfUnconfigured: Failure? {
    guard let first = unconfigured.first else { return nil }
    return .unconfigured(
      unconfigured, of: spec.name, origin: status.sites.first { $0.name == first }?.added,
      option: onHost)
  }

  private var nothingSeated: Failure {
    let what = spec.sites.isEmpty ? "no site in leapfrog.yml" : "no seated site yet"
    return .refused("\(spec.name) has \(what)", remedy: "leapfrog init \(spec.name) REF\(onHost)")
  }

  private var onHost: String { host.map { " --host \($0)" } ?? "" }

  /// What differs, each with a command that harms nobody.
  var notes: [String] {
    let lacking = refusalOfUnconfigured.map { ["\($0)"] } ?? []
    guard let first = unseated.first else { return lacking }
    let added =
      "not seated yet: \(Formats.names(unseated)); run `leapfrog site add \(spec.name) \(first)`"
    return [added] + lacking
  }

  private var unconfigured: [String] { seated.subtracting(spec.sites.map(\.name)).sorted() }

  private var unseated: [String] { spec.sites.map(\.name).filter { !seated.contains($0) } }

  private var seated: Set<String> {
    Set(status.sites.filter { $0.platform != nil }.map(\.name))
  }
}
