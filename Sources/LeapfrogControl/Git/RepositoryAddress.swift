import LeapfrogCore

/// The address of a repository, taken apart so that what is secret in it stays out of sight.
struct RepositoryAddress: Sendable {
  /// The address as git may see it in its arguments: with no password.
  let plain: String
  /// The address as a message may show it: with nobody's name and no password.
  let shown: String
  /// The line of git's credential store that holds the password; nil where there is none.
  let credential: String?
  private let secrets: [String]

  /// Takes the address apart; throws where git could take it for something else.
  init(_ address: String) throws {
    let parts = Parts(address)
    shown = parts.shown
    if let fault = Self.fault(in: address, parts) {
      throw Failure.usage("the repository address '\(GitText.shown(shown))' \(fault)")
    }
    plain = parts.password == nil ? address : parts.withoutUser
    credential = parts.credential
    secrets = parts.secrets
  }

  /// A text of git's with nothing secret left in it.
  func redact(_ text: String) -> String {
    var result = text
    for secret in secrets { result = result.replacing(secret, with: "***") }
    return result.replacing(/:\/\/[^\/@\s']+@/, with: "://***@")
  }

  /// The address as a message may show it, whatever is wrong with it.
  static func shown(_ address: String) -> String { Parts(address).shown }

  private static func fault(in address: String, _ parts: Parts) -> String? {
    if address.isEmpty { return "is empty" }
    if address.hasPrefix("-") { return "begins with '-'" }
    if address.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      return "has a control character"
    }
    if parts.password != nil, !parts.isWeb {
      return "has a password, which \(parts.scheme) cannot use; use a key"
    }
    return nil
  }
}

extension RepositoryAddress {
  /// `scheme://user:password@rest`.
  private struct Parts {
    let address: String
    var scheme = ""
    var user: Substring = ""
    var password: Substring?
    var rest: Substring = ""

    init(_ address: String) {
      self.address = address
      guard let mark = address.firstRange(of: "://") else { return }
      scheme = address[..<mark.lowerBound].lowercased()
      rest = address[mark.upperBound...]
      let authority = rest.prefix { !"/?#".contains($0) }
      guard let at = authority.lastIndex(of: "@") else { return }
      split(authority[..<at])
      rest = rest[rest.index(after: at)...]
    }

    private mutating func split(_ userinfo: Substring) {
      guard let colon = userinfo.firstIndex(of: ":") else { return user = userinfo }
      user = userinfo[..<colon]
      password = userinfo[userinfo.index(after: colon)...]
    }

    var isWeb: Bool { scheme == "http" || scheme == "https" }

    var withoutUser: String { "\(scheme)://\(rest)" }

    var shown: String {
      guard !user.isEmpty || password != nil, isWeb || password != nil else { return address }
      return "\(scheme)://***@\(rest)"
    }

    var credential: String? {
      guard let password else { return nil }
      return "\(scheme)://\(user):\(password)@\(rest.prefix { !"/?#".contains($0) })"
    }

    var secrets: [String] {
      guard let password else { return [] }
      // A long name beside a password is a token more often than somebody's name.
      let texts = [password] + (user.count >= 12 ? [user] : [])
      return texts.flatMap { [String($0), $0.removingPercent] }.filter { !$0.isEmpty }
    }
  }
}

extension Substring {
  /// The text with its percent escapes decoded; a broken escape stays as it is.
  fileprivate var removingPercent: String {
    var bytes: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(digits, radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
