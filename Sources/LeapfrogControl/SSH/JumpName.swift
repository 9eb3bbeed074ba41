/// A host on the way as `ProxyJump` names it: `[USER@]HOST[:PORT]`, or the same as an address of `ssh:`.
struct JumpName {
  let user: String?
  let host: String
  let port: Int?

  init(_ text: String) {
    var place = text[...]
    if place.hasPrefix("ssh://") { place = place.dropFirst(6).prefix { $0 != "/" } }
    // The name of an account can have one too.
    let at = place.lastIndex(of: "@")
    user = at.map { String(place[..<$0]) }
    (host, port) = Self.split(String(at.map { place[place.index(after: $0)...] } ?? place))
  }

  static func split(_ text: String) -> (host: String, port: Int?) {
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let host = String(text[text.index(after: text.startIndex)..<end])
      return (host, Int(text[text.index(after: end)...].dropFirst()))
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let port = Int(parts[1]) else { return (text, nil) }
    return (String(parts[0]), port)
  }
}
