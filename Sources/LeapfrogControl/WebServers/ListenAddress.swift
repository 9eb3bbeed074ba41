import LeapfrogCore

/// Where a web server listens: a port of every address, or of one.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
  /// The address, an IPv6 one in brackets; nil for every address.
  public var host: String?
  /// The TCP port.
  public var port: Int

  /// A port of one address, or of every address where `host` is nil; neither is checked here.
  public init(host: String? = nil, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `PORT`, `ADDRESS:PORT` or `[IPV6]:PORT`.
  ///
  /// - Throws: `Failure` of kind `usage` for anything else.
  public init(_ text: String) throws {
    let end = text.lastIndex(of: ":")
    let (host, number) = (end.map { text[..<$0] }, end.map { text[text.index(after: $0)...] })
    let digits = number ?? text[...]
    guard digits.count <= 5, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = Int(digits), (1...65535).contains(port),
      host.map(Self.isAddress) ?? true
    else {
      throw Failure.usage(
        "'\(text)' is no place to listen; allowed: PORT, ADDRESS:PORT, [IPV6]:PORT")
    }
    self.init(host: host.map(String.init), port: port)
  }

  /// Reads what leapfrog.yml has of a listener: `http://HOST:PORT`.
  init?(url: String?) {
    guard let url, url.hasPrefix("http://"),
      let address = try? ListenAddress(String(url.dropFirst("http://".count)))
    else { return nil }
    self =
      address.host == "localhost" ? ListenAddress(host: "127.0.0.1", port: address.port) : address
  }

  /// The form that is read, too: `PORT`, `ADDRESS:PORT` or `[IPV6]:PORT`.
  public var description: String { host.map { "\($0):\(port)" } ?? "\(port)" }

  /// Whether only this machine can reach it.
  public var isLoopback: Bool { host == "[::1]" || host?.hasPrefix("127.") == true }

  private static func isAddress(_ text: Substring) -> Bool {
    if text.hasPrefix("["), text.hasSuffix("]") {
      return text.count > 2
        && text.dropFirst().dropLast().allSatisfy { $0 == ":" || $0 == "." || $0.isHexDigit }
    }
    return Names.fault(inDomain: String(text)) == nil
  }
}
