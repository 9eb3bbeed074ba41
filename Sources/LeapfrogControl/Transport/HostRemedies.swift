import LeapfrogCore

/// The commands that a host can advise.
///
/// A host that lies decides what is shown of its own pairs: their platforms, sites, releases, backups and the
/// texts of its failures. It decides nothing else: its texts steer no terminal (`Shown` in the CLI), its events
/// and its output have an end, and none of its words is printed as a command. What it advises is compared with
/// the kinds below, of which each part that is not fixed has a type that is checked: the pair is the one that
/// was asked about, its sites are those of leapfrog.yml, and nothing means more to a shell than itself. Anything
/// else is shown as the words of the host.
struct HostRemedies: Sendable {
  /// The host as ssh knows it.
  let host: String
  /// Where its `leapfrog-host` is.
  let executable: String
  /// The pair that was asked about; nil where the question was about the host itself.
  var pair: PairSpec?

  /// Every kind. A word in braces is a part with a type (`Part`), and `{sites}` at the end is any number of
  /// ` --site SITE`.
  private static let kinds = [
    "leapfrog status {pair}", "leapfrog doctor {pair}", "leapfrog resume {pair}{sites}",
    "leapfrog abort {pair}{sites}", "leapfrog backups {pair}", "leapfrog history {pair}",
    "leapfrog site list {pair}", "leapfrog site list {pair} --host {name}",
    "leapfrog site add {pair} {site}",
    "leapfrog backup {pair}{sites}", "leapfrog rollback {pair}{sites}",
    "leapfrog events {pair} --follow", "leapfrog events {pair} --output {name}",
    "leapfrog init {pair} {ref}{sites}", "leapfrog upgrade {pair} {ref}{sites}",
    "leapfrog upgrade {pair} {ref} --continue{sites}",
    "leapfrog upgrade {pair} {ref} --stage-only",
    "leapfrog exec --wait {number} {site} -- …",
    "leapfrog-host status {root}", "leapfrog-host rebuild {root}", "leapfrog-host claims",
    "leapfrog-host rollback {root} --yes",
    "rm {root}/maintenance/{site}", "touch {root}/{name}/{name}",
    "df -h {path}", "ls -l {path}", "ls -ld {path}", "fuser -v {path}", "ps axf", "getent passwd",
    "chmod +x {path}", "chmod o= {path}", "install -d -o {name} {path}", "apt-get install {name}",
    "GRANT SET USER ON *.* TO {name}",
  ].map { $0.split(separator: " ").map(String.init) }

  /// The command as it is typed here; nil where it is of no known kind.
  func command(_ text: String) -> String? {
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard Self.kinds.contains(where: { fits(words[...], $0[...]) }) else { return nil }
    return typed(words)
  }

  /// A sentence in which nothing but a command of a known kind stands as one.
  func text(_ sentence: String) -> String {
    let parts = sentence.components(separatedBy: Self.mark)
    return parts.dropFirst().reduce(parts[0]) { text, part in
      let end = part.firstIndex(of: "`") ?? part.endIndex
      let advice = String(part[..<end])
      guard let command = command(advice) else {
        return text + said(advice) + part[end...].dropFirst()
      }
      return text + Self.mark + command + part[end...]
    }
  }

  /// What a host advises that is no command of a known kind.
  func said(_ advice: String) -> String {
    "\(host) says: \"\(Printable.text(advice, longest: 300))\""
  }

  /// What stands before a command in a sentence of `Failure`.
  private static let mark = "run `"

  // MARK: Reading

  private func fits(_ words: ArraySlice<String>, _ kind: ArraySlice<String>) -> Bool {
    guard let pattern = kind.first else { return words.isEmpty }
    if pattern.hasSuffix("{sites}") {
      return words.first.map { fits($0, String(pattern.dropLast("{sites}".count))) } == true
        && areSites(words.dropFirst())
    }
    guard let word = words.first, fits(word, pattern) else { return false }
    return fits(words.dropFirst(), kind.dropFirst())
  }

  private func areSites(_ words: ArraySlice<String>) -> Bool {
    guard let option = words.first else { return true }
    guard option == "--site", let site = words.dropFirst().first, Part.site.fits(site, pair) else {
      return false
    }
    return areSites(words.dropFirst(2))
  }

  /// Whether a word is the pattern with each part replaced by something of its type.
  private func fits(_ word: String, _ pattern: String) -> Bool {
    guard let begin = pattern.firstIndex(of: "{"), let end = pattern.firstIndex(of: "}"),
      let part = Part(rawValue: String(pattern[begin...end]))
    else { return word == pattern }
    let rest = String(pattern[pattern.index(after: end)...])
    guard word.hasPrefix(pattern[..<begin]) else { return false }
    let value = word.dropFirst(pattern[..<begin].count)
    if part == .root, let pair, value.hasPrefix(pair.root), Part.path.fits(pair.root, pair) {
      return fits(String(value.dropFirst(pair.root.count)), rest)
    }
    guard let slash = rest.first.map({ value.firstIndex(of: $0) ?? value.endIndex }) else {
      return part.fits(String(value), pair)
    }
    return part.fits(String(value[..<slash]), pair) && fits(String(value[slash...]), rest)
  }

  private enum Part: String {
    case pair = "{pair}"
    case site = "{site}"
    case root = "{root}"
    case ref = "{ref}"
    case path = "{path}"
    case name = "{name}"
    case number = "{number}"

    func fits(_ word: String, _ spec: PairSpec?) -> Bool {
      switch self {
      case .pair: word == spec?.name
      case .site: spec?.site(word) != nil
      case .root: false
      case .ref: Self.isPlain(word, "./_-+@") && word.first != "-"
      case .path: Self.isPlain(word, "./_-+@:") && word.first == "/" && !word.contains("..")
      case .name: Self.isPlain(word, "._-+") && word.first != "-"
      case .number: Self.isPlain(word, "") && Int(word) != nil
      }
    }

    /// Nothing that means more to a shell than itself.
    private static func isPlain(_ word: String, _ others: String) -> Bool {
      !word.isEmpty && word.utf8.count < 300
        && word.unicodeScalars.allSatisfy {
          $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0))
            || others.unicodeScalars.contains($0)
        }
    }
  }

  // MARK: Writing

  /// What is leapfrog's own, and SQL, is typed here; all else on the host. The words are plain ones.
  private func typed(_ words: [String]) -> String {
    let command = words.joined(separator: " ")
    switch words[0] {
    case "leapfrog", "GRANT": return command
    case "leapfrog-host":
      let there = ([executable] + words.dropFirst()).map(Shell.quoted).joined(separator: " ")
      return "ssh \(host) \(Shell.quoted(executable) == executable ? there : Shell.quoted(there))"
    default: return "ssh \(host) \(command)"
    }
  }
}
