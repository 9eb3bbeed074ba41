import Foundation
import Glibc

/// What ssh fills in only when it connects, so that `ssh -G` leaves it as it stands in the configuration
/// (ssh_config(5), TOKENS and ENVIRONMENT VARIABLES).
struct HostTokens {
  private let values: [Character: String]
  private let environment: [String: String]

  init(
    of settings: HostSettings, home: String,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    let local = Self.localName
    values = [
      "%": "%", "d": home, "h": settings.address, "n": settings.name, "p": "\(settings.port)",
      "r": settings.user, "u": NSUserName(), "i": "\(geteuid())", "l": local,
      "L": String(local.prefix { $0 != "." }), "k": settings.keyAlias ?? settings.name,
    ]
    self.environment = environment
  }

  /// The text with its tokens and variables filled in; one that is not known stays.
  func filled(_ text: String) -> String {
    var (result, rest) = ("", text[...])
    while let next = rest.firstIndex(where: { $0 == "%" || $0 == "$" }) {
      result += rest[..<next]
      rest = rest[next...]
      let (value, length) = rest.hasPrefix("%") ? token(rest) : variable(rest)
      result += value ?? String(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return result + rest
  }

  /// The path of an agent's socket: it may be the name of a variable too, without braces; `none` where that
  /// has no value.
  func agent(_ text: String) -> String {
    guard text.hasPrefix("$"), !text.hasPrefix("${") else { return filled(text) }
    return environment[String(text.dropFirst())] ?? "none"
  }

  private func token(_ text: Substring) -> (value: String?, length: Int) {
    guard let letter = text.dropFirst().first else { return (nil, 1) }
    return (values[letter], 2)
  }

  private func variable(_ text: Substring) -> (value: String?, length: Int) {
    guard text.hasPrefix("${"), let end = text.firstIndex(of: "}") else { return (nil, 1) }
    let name = text[..<end].dropFirst(2)
    return (environment[String(name)], name.count + 3)
  }

  private static var localName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
