/// The dotted path of a key, for messages: `pairs.acme.sites.x.check.status`.
enum DottedPath {
  /// The path of a key of a mapping.
  static func join(_ path: String, _ key: String) -> String {
    let key = Printable.text(DuplicateKey.original(key) ?? key)
    return path.isEmpty ? key : "\(path).\(key)"
  }
}
