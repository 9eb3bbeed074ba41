import LeapfrogCore

/// What a configuration file says: its pairs, in the order of the file.
public struct Configuration: Sendable {
  /// Where the file is.
  public var path: String
  /// The pairs.
  public var pairs: [PairConfiguration]
  /// The user's own profiles.
  public var profiles: [ProfileConfiguration]

  /// The configuration of these pairs, taken as they are; `load` and `parse` are what checks one.
  public init(
    path: String, pairs: [PairConfiguration], profiles: [ProfileConfiguration] = []
  ) {
    self.path = path
    self.pairs = pairs
    self.profiles = profiles
  }

  /// The pair of that name, once for each of its hosts.
  ///
  /// - Throws: `Failure` of kind `usage` with the known names, the most alike first.
  public func group(_ name: String) throws -> PairGroup {
    let members = pairs.filter { $0.spec.name == name }
    if !members.isEmpty { return PairGroup(name: name, members: members) }
    let known = Nearest.sorted(names, by: name).joined(separator: ", ")
    let names = known.isEmpty ? "it has none" : "known: \(known)"
    throw Failure.usage("\(path) has no pair \(Printable.quoted(name)); \(names)")
  }

  /// The pair of that name on its only host, or on the one named.
  ///
  /// - Throws: `Failure` of kind `usage` where the host has to be named.
  public func pair(_ name: String, on host: String? = nil) throws -> PairConfiguration {
    try group(name).member(on: host)
  }

  /// The names of the pairs, each once, in the order of the file.
  public var names: [String] { Self.once(pairs.map(\.spec.name)) }

  /// The hosts of all pairs, each once, in the order of the file.
  public var hosts: [String] { Self.once(pairs.map(\.host)) }

  private static func once(_ names: [String]) -> [String] {
    names.reduce(into: []) { known, name in if !known.contains(name) { known.append(name) } }
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
    let root = try root(of: text, mistakes: mistakes)
    if case .nothing = root.content { throw empty(file) }
    let directory = ConfigurationFile.directory(of: path)
    let section = Section(root, path: "", line: root.line, mistakes: mistakes)
    let own = OwnProfiles(root: section, text: text, directory: directory).read()
    let shelf = try ProfileShelf(own: own)
    let pairs = try pairs(section, directory, shelf)
    try mistakes.check()
    return Configuration(path: path, pairs: pairs, profiles: try shelf.configured())
  }

  /// The root of a YAML text; nothing where it holds no document.
  ///
  /// - Throws: `Failure` with file and line for text that is not YAML.
  static func root(of text: String, mistakes: Mistakes) throws -> YAMLValue {
    let file = mistakes.file
    guard let node = try YAMLComposer(file: file).compose(text) else {
      return YAMLValue(line: 1, content: .nothing)
    }
    return try YAMLConverter.value(of: node, file: file, mistakes: mistakes)
  }

  private static func pairs(
    _ root: Section, _ directory: String, _ shelf: ProfileShelf
  ) throws -> [PairConfiguration] {
    root.allow(["pairs", "profiles"])
    guard let pairs = root.section("pairs") else { return noPairs(root) }
    var claims = PairClaims(mistakes: root.mistakes)
    let read = try pairs.entries.flatMap { entry in
      _ = pairs.checked(
        entry.key, line: entry.line, path: pairs.path(entry.key), .pairName)
      let reader = PairReader(
        section: pairs.section(of: entry), name: entry.key, directory: directory, shelf: shelf)
      return try reader.read(&claims)
    }
    PasswordVariables(of: read).verify(in: pairs)
    return read
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
