import LeapfrogCore

/// Asks a site's page at a listener and compares the answer with what the configuration expects.
enum PageCheck {
  /// - Throws: `Failure` saying what was answered instead.
  static func verify(_ check: CheckSpec, of domain: String, at address: String) throws {
    guard let probe = HTTPProbe(address: address) else {
      throw Failure.usage("\(address) is not an address such as http://127.0.0.1:8080")
    }
    let answer = try probe.get(check.url, domain: domain)
    guard answer.status == check.status else {
      throw Failure.failed(
        "\(domain)\(check.url) at \(address) answered \(answer.status) instead of \(check.status)")
    }
    guard let text = check.contains else { return }
    guard answer.body.contains(Array(text.utf8)) else {
      throw Failure.failed("\(domain)\(check.url) at \(address) answered without “\(text)”")
    }
  }
}
