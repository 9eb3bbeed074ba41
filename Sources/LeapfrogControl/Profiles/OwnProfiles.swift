import LeapfrogCore

/// Finds the user's profiles: a mapping of names to profiles, or to paths of files with one each.
struct OwnProfiles {
  let root: Section
  /// The text of the configuration file.
  let text: String
  /// What a relative path is relative to.
  let directory: String

  func read() -> [OwnProfile] {
    guard let profiles = root.section("profiles") else { return [] }
    return profiles.entries.indices.compactMap { index in
      let entry = profiles.entries[index]
      let path = profiles.path(entry.key)
      guard profiles.checked(entry.key, line: entry.line, path: path, .profileName) else {
        return nil
      }
      if case .scalar = entry.value.content { return fromFile(entry, profiles) }
      return OwnProfile(
        name: entry.key, section: profiles.section(of: entry),
        text: ProfileText(
          name: entry.key, place: "\(root.mistakes.file):\(entry.line)",
          text: YAMLExcerpt(text: text).entry(at: entry.line)))
    }
  }

  private func fromFile(_ entry: YAMLValue.Entry, _ profiles: Section) -> OwnProfile? {
    let rule = TextRule(allowed: "a profile, or the path of a file with one") { text in
      text.isEmpty || text.utf8.contains(0) ? "is no path" : nil
    }
    guard let path = profiles.text(of: entry.value, path: profiles.path(entry.key), rule) else {
      return nil
    }
    let place = path.hasPrefix("/") ? path : "\(directory)/\(path)"
    do {
      let text = try ConfigurationFile.text(of: place)
      let mistakes = root.mistakes.of(file: Printable.text(path))
      let value = try Configuration.root(of: text, mistakes: mistakes)
      return OwnProfile(
        name: entry.key, section: Section(value, path: "", line: value.line, mistakes: mistakes),
        text: ProfileText(name: entry.key, place: place, text: text))
    } catch {
      profiles.mistakes.add(entry.value.line, profiles.path(entry.key), Failure(error).message)
      return nil
    }
  }
}

/// The lines of a file that belong to one key.
struct YAMLExcerpt {
  let text: String

  /// The key's line and all below it that are indented more, without the common indentation.
  func entry(at line: Int) -> String {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard lines.indices.contains(line - 1) else { return "" }
    let indent = Self.indent(of: lines[line - 1])
    let rest = lines[line...].prefix { line in
      line.allSatisfy(\.isWhitespace) || Self.indent(of: line) > indent
    }
    let all = ([lines[line - 1]] + rest).map { $0.dropFirst(indent) }
    return all.joined(separator: "\n").trimmingEmptyLines + "\n"
  }

  private static func indent(of line: Substring) -> Int { line.prefix { $0 == " " }.count }
}

extension String {
  fileprivate var trimmingEmptyLines: String {
    String(reversed().drop(while: \.isWhitespace).reversed())
  }
}
