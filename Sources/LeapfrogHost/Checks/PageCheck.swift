import LeapfrogCore

/// Asks a site's page at a listener and compares the answer with what the configuration expects.
struct PageCheck {
  let check: CheckSpec
  let domain: String
  let address: String

  private var url: String { "\(domain)\(check.url) at \(address)" }

  /// Asks once.
  ///
  /// - Throws: `Failure` saying what was answered instead.
  func verify() throws {
    guard let listener = HTTPAddress(address) else {
      throw Failure.usage("\(address) is not an address such as http://127.0.0.1:8080")
    }
    let page = try HTTPProbe(address: listener, timeout: check.timeout)
      .get(check.url, domain: domain)
    if let fault = fault(of: page) { throw Failure.failed("\(url) answered \(fault)") }
  }

  /// What is wrong with a page, after "answered"; nil when it is as expected.
  func fault(of page: Page) -> String? {
    if page.head.status != check.status {
      return "\(page.head.status) instead of \(check.status)\(words(of: page))"
    }
    for (name, value) in check.headers.sorted(by: { $0.key < $1.key }) {
      if let fault = fault(ofHeader: name, value, page.head) { return fault }
    }
    return faultOfBody(page)
  }

  private func fault(ofHeader name: String, _ value: String, _ head: HTTPHead) -> String? {
    let found = head.values(of: name)
    guard let first = found.first else { return "without the header \(name)" }
    if value.isEmpty || found.contains(where: { $0.contains(value) }) { return nil }
    return "with the header \(name)\(shown(first, name)), which must hold “\(value)”"
  }

  /// What a cookie or a login says is never shown.
  private func shown(_ value: String, _ name: String) -> String {
    let isSecret = ["cookie", "auth", "token", "key"].contains { name.lowercased().contains($0) }
    return isSecret ? "" : " “\(PageText.safe(value))”"
  }

  private func faultOfBody(_ page: Page) -> String? {
    guard check.contains != nil || check.lacks != nil else { return nil }
    if let encoding = page.head.encoding {
      return "in \(PageText.safe(encoding, atMost: 20)), which was not asked for, so that its text "
        + "cannot be looked at"
    }
    if let text = check.lacks, page.holds(text) { return "with “\(text)”, which it must lack" }
    if let text = check.contains, !page.holds(text) { return "without “\(text)”\(words(of: page))" }
    guard check.lacks != nil, page.isCutShort else { return nil }
    return "more than \(page.body.count >> 20) MiB, too much to say what it lacks"
  }

  private func words(of page: Page) -> String {
    guard page.head.encoding == nil else { return "" }
    let text = PageText.start(of: page.body)
    return text.isEmpty ? ", with no text" : ", with the text “\(text)”"
  }
}

extension Page {
  /// Whether the body has a text, byte for byte.
  func holds(_ text: String) -> Bool {
    text.isEmpty || body.firstRange(of: Array(text.utf8)) != nil
  }
}
