import LeapfrogCore

/// Reads one profile.
struct ProfileReader {
  /// All can be left out. `extends` names the profile to begin from; `prelude` is what each command
  /// that is a text begins with.
  static let keys = [
    "extends", "docroot", "prelude", "build", "environment", "links", "database", "commands",
    "updates", "web",
  ]

  let section: Section
  let name: String

  /// The profile, with what it does not say itself from the one it begins from.
  func read(over base: ProfileDraft?) -> ProfileDraft {
    section.allow(Self.keys)
    var draft = base ?? ProfileDraft(profile: Profile(name: name))
    draft.profile.name = name
    draft.prelude = section.text("prelude", .shellText) ?? draft.prelude
    readPlatform(&draft)
    if let commands = section.section("commands") { read(commands, &draft) }
    if section.section("database") != nil {
      draft.profile.database = DatabaseReader(site: section, profile: draft.profile).read()
    }
    draft.profile.updates = UpdateReader(section: section).read(over: draft.profile.updates)
    if let web = section.section("web") { read(web, &draft.profile.web) }
    return draft
  }

  private func readPlatform(_ draft: inout ProfileDraft) {
    draft.profile.docroot = section.text("docroot", .docroot) ?? draft.profile.docroot
    if let build = command("build", in: section, draft.prelude) { draft.profile.build = build }
    if section.value("environment") != nil { draft.profile.environment = section.variables() }
    guard let links = section.section("links") else { return }
    for entry in links.entries {
      let path = links.path(entry.key)
      guard links.checked(entry.key, line: entry.line, path: path, .linkTemplate) else { continue }
      if case .nothing = entry.value.content {
        draft.profile.links[entry.key] = nil
      } else if let data = links.text(of: entry.value, path: path, .linkedTemplate) {
        draft.profile.links[entry.key] = data
      }
    }
  }

  private func read(_ commands: Section, _ draft: inout ProfileDraft) {
    commands.allow(SiteCommands.byName.map(\.name))
    for (key, path) in SiteCommands.byName {
      guard let command = command(key, in: commands, draft.prelude) else { continue }
      draft.profile.commands[keyPath: path] = command
    }
  }

  /// A command; a text gets a title, which messages show instead of it, and the prelude.
  private func command(_ key: String, in section: Section, _ prelude: String?) -> Command? {
    guard let command = section.command(key) else { return nil }
    guard case .scalar(let text, .text)? = section.value(key)?.content else { return command }
    return Command(shell: "# \(key) (\(name))\n" + Self.lines(prelude ?? "") + Self.lines(text))
  }

  private static func lines(_ text: String) -> String {
    text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"
  }

  private func read(_ section: Section, _ web: inout WebProfile) {
    section.allow(["php", "front", "deny"])
    web.php = section.boolean("php") ?? web.php
    if let front = section.value("front") {
      if case .nothing = front.content { web.front = nil }
      web.front = section.optionalText("front", .path(below: "the document root")) ?? web.front
    }
    guard section.value("deny") != nil else { return }
    web.deny = section.items("deny", of: "regular expressions").compactMap { item in
      section.text(of: item.value, path: item.path, .regularExpression)
    }
  }
}
