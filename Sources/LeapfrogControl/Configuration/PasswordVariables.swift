import LeapfrogCore

/// The variables that hold passwords of databases: of each, only its own site may be given it.
struct PasswordVariables {
  private let pairs: [PairConfiguration]
  /// The sites that log in with a variable.
  private var owners: [String: Set<String>] = [:]

  init(of pairs: [PairConfiguration]) {
    self.pairs = pairs
    for site in pairs.flatMap(\.spec.sites) {
      if let name = site.passwordVariable { owners[name, default: []].insert(site.name) }
    }
  }

  /// Notes each `environment` that lists the password of another site.
  func verify(in section: Section) {
    for pair in pairs {
      guard let entry = section.entries.first(where: { $0.key == pair.spec.name }) else { continue }
      for site in pair.spec.sites {
        let listed = (pair.spec.environment ?? []) + (site.environment ?? [])
        guard let fault = listed.lazy.compactMap({ self.fault($0, of: site.name) }).first
        else { continue }
        section.mistakes.add(entry.line, section.path(entry.key), fault)
        break
      }
    }
  }

  private func fault(_ name: String, of site: String) -> String? {
    guard let owners = owners[name], !owners.contains(site), let owner = owners.min()
    else { return nil }
    return "`environment` gives \(name) to \(site), and it is the `password_env` of \(owner); "
      + "allowed: the password of a site in the `environment` of that site alone"
  }
}
