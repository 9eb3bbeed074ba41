import LeapfrogCore

/// Reads which changes of code can mean an update of data.
struct UpdateReader {
  /// The section of the profile.
  let section: Section

  /// The patterns; those of the profile it begins from where it says nothing.
  func read(over base: [UpdatePattern]?) -> [UpdatePattern]? {
    guard let value = section.value("updates") else { return base }
    if case .nothing = value.content { return nil }
    return section.items("updates", of: "mappings with `path`").map { item in
      pattern(
        Section(item.value, path: item.path, line: item.value.line, mistakes: section.mistakes))
    }
  }

  private func pattern(_ section: Section) -> UpdatePattern {
    section.allow(["path", "change", "line"])
    let words = UpdatePattern.Change.allCases.map(\.rawValue)
    let change = section.text("change", .choice(words, planned: []))
    return UpdatePattern(
      path: section.required("path", .pathPattern),
      change: change.flatMap(UpdatePattern.Change.init) ?? .any,
      line: section.text("line", .regularExpression))
  }
}
