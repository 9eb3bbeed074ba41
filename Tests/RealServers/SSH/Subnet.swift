/// The addresses of a road between two namespaces: a test's side and the far one.
struct Subnet: Sendable {
  /// Which it is; at every depth there is one.
  let index: Int
  /// How many namespaces lie between it and the test.
  let depth: Int

  /// How many there are.
  static let count = 0x4000

  var network: String { "\(address(0))/30" }
  var near: String { address(1) }
  var far: String { address(2) }
  var near6: String { address6(1) }
  var far6: String { address6(2) }
  var network6: String { "\(address6(0))/126" }

  private func address(_ host: Int) -> String {
    "10.\(213 + depth).\(index >> 6).\(index << 2 & 0xff | host)"
  }

  private func address6(_ host: Int) -> String {
    "fd00:\(213 + depth)::\(String(index << 2 | host, radix: 16))"
  }
}
