import LeapfrogCore

/// What a configuration file says: its pairs, in the order of the file.
public struct Configuration: Sendable {
  /// Where the file is.
  public var path: String
  /// The pairs.
  public var pairs: [PairConfiguration]

  public init(path: String, pairs: [PairConfiguration]) {
    self.path = path
    self.pairs = pairs
  }

  /// The pair of that name.
  ///
  /// - Throws: `Failure` of kind `usage` with the known names, the most alike first.
  public func pair(_ name: String) throws -> PairConfiguration {
    if let pair = pairs.first(where: { $0.spec.name == name }) { return pair }
    let known = Nearest.sorted(pairs.map(\.spec.name), by: name).joined(separator: ", ")
    let names = known.isEmpty ? "it has none" : "known: \(known)"
    throw Failure.usage("\(path) has no pair \(Printable.quoted(name)); \(names)")
  }

  /// Reads and checks a file.
  ///
  /// - Throws: `Failure` of kind `usage` that lists all mistakes, one a line.
  public static func load(_ path: String) throws -> Configuration {
    try parse(ConfigurationFile.text(of: path), path: path)
  }

  /// Checks the text of the file at `path`, which a relative repository is relative to.
  ///
  /// - Throws: `Failure` of kind `usage` that lists all mistakes, one a line.
  public static func parse(_ text: String, path: String) throws -> Configuration {
    let file = Printable.text(path)
    let mistakes = Mistakes(file: file)
    guard let node = try YAMLComposer(file: file).compose(text) else { throw empty(file) }
    let root = try YAMLConverter.value(of: node, file: file, mistakes: mistakes)
    if case .nothing = root.content { throw empty(file) }
    let directory = ConfigurationFile.directory(of: path)
    let pairs = pairs(Section(root, path: "", line: root.line, mistakes: mistakes), directory)
    try mistakes.check()
    return Configuration(path: path, pairs: pairs)
  }

  private static func pairs(_ root: Section, _ directory: String) -> [PairConfiguration] {
    root.allow(["pairs"])
    guard let pairs = root.section("pairs") else { return noPairs(root) }
    var domains = Claims(mistakes: root.mistakes)
    var roots = Claims(mistakes: root.mistakes)
    return pairs.entries.map { entry in
      _ = pairs.checked(
        entry.key, line: entry.line, path: pairs.path(entry.key), .pairName)
      let reader = PairReader(
        section: pairs.section(of: entry), name: entry.key, directory: directory)
      return reader.read(domains: &domains, roots: &roots)
    }
  }

  private static func noPairs(_ root: Section) -> [PairConfiguration] {
    if !root.isBroken && root.value("pairs") == nil {
      root.mistakes.add(root.line, "", "has no `pairs`; allowed: a mapping of names to pairs")
    }
    return []
  }

  private static func empty(_ file: String) -> Failure {
    .usage("\(file):1: the file is empty; allowed: a mapping with `pairs`")
  }
}

/// One pair: what its host has to know, and where its code comes from.
public struct PairConfiguration: Sendable {
  /// What git fetches from; a local path is absolute. Can hold a password: never print it.
  public var repository: String
  /// The host where the platforms are.
  public var host: String
  /// What the host has to know, with what the profile brings.
  public var spec: PairSpec

  public init(repository: String, host: String, spec: PairSpec) {
    self.repository = repository
    self.host = host
    self.spec = spec
  }
}
