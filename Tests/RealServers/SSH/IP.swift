/// The program that looks after devices, addresses and namespaces.
enum IP {
  /// What runs a command in a namespace.
  static func inside(_ namespace: String) -> [String] { ["ip", "netns", "exec", namespace] }

  /// Does something in a namespace, or in the test's own network.
  static func run(_ words: String, in namespace: String? = nil) throws {
    try Tool.run(command(words, namespace))
  }

  /// Does something and says how that ended.
  static func attempt(_ words: String, in namespace: String? = nil) throws -> Tool {
    try Tool.attempt(command(words, namespace))
  }

  private static func command(_ words: String, _ namespace: String?) -> [String] {
    ["ip"] + (namespace.map { ["-n", $0] } ?? []) + words.split(separator: " ").map(String.init)
  }
}
