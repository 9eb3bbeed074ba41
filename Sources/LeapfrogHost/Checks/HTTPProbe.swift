import LeapfrogCore

/// Asks one page over plain HTTP/1.0, with one deadline for all of it: what a check needs. It asks for
/// no compression, and follows no redirect.
struct HTTPProbe: Sendable {
  /// Where the listener is.
  let address: HTTPAddress
  /// Seconds for the whole of it.
  var timeout: Int = 10
  /// The most that is read of a body, in bytes.
  var limit = 4 << 20

  /// Asks for a path with a Host header.
  ///
  /// - Throws: `Failure` when there is no whole answer in time.
  func get(_ path: String, domain: String) throws -> Page {
    let url = "\(domain)\(path) at \(address)"
    let connection = try HTTPConnection(
      to: address, until: Deadline(seconds: timeout),
      late: .failed("\(url) did not answer in \(timeout) s"))
    try connection.send(
      Array(
        """
        GET \(path) HTTP/1.0\r
        Host: \(domain)\r
        User-Agent: leapfrog\r
        Accept: */*\r
        Connection: close\r
        \r\n
        """.utf8))
    var answer = HTTPAnswer(of: url, limit: limit)
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while !answer.isOver {
      let count = try connection.receive(into: &buffer)
      if count == 0 { break }
      try answer.take(buffer[..<count])
    }
    return Page(head: try answer.ended(), body: answer.body, isCutShort: answer.isCutShort)
  }
}

/// A page as it was answered.
struct Page: Sendable, Equatable {
  var head: HTTPHead
  var body: [UInt8]
  /// Whether the body goes on after what was read of it.
  var isCutShort: Bool
}
