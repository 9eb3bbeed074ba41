import LeapfrogCore

/// Reads the checks of a site: one mapping, or a list of them.
struct CheckReader {
  private static let keys = [
    "url", "status", "contains", "lacks", "headers", "timeout", "retries", "command",
  ]
  /// What only an answer to a request has.
  private static let pageKeys = ["url", "status", "contains", "lacks", "headers"]

  let site: Section

  func read() -> [CheckSpec] {
    guard let value = site.value("check") else { return [] }
    if case .list = value.content {
      return site.items("check", of: "checks").map { item in
        check(
          Section(item.value, path: item.path, line: item.value.line, mistakes: site.mistakes))
      }
    }
    return site.section("check").map { [check($0)] } ?? []
  }

  private func check(_ check: Section) -> CheckSpec {
    check.allow(Self.keys)
    let command = check.command("command") ?? .none
    if !command.isNone { refusePageKeys(check) }
    return CheckSpec(
      url: check.text("url", .url) ?? "/",
      status: check.integer("status", 100...599, default: 200),
      contains: check.text("contains", .contents), lacks: check.text("lacks", .contents),
      headers: headers(check), timeout: check.integer("timeout", 1...3600, default: 10),
      retries: check.integer("retries", 0...1000, default: 0), command: command)
  }

  private func refusePageKeys(_ check: Section) {
    for entry in check.entries where Self.pageKeys.contains(entry.key) {
      site.mistakes.add(
        entry.line, check.path(entry.key),
        "does not go with `command`; allowed beside it: timeout, retries")
    }
  }

  private func headers(_ check: Section) -> [String: String] {
    guard let headers = check.section("headers") else { return [:] }
    var result: [String: String] = [:]
    for entry in headers.entries {
      let path = headers.path(entry.key)
      guard headers.checked(entry.key, line: entry.line, path: path, .headerName) else { continue }
      result[entry.key] = headers.text(of: entry.value, path: path, .headerValue) ?? ""
    }
    return result
  }
}
