import LeapfrogCore

/// An answer as it arrives, part by part.
struct HTTPAnswer {
  /// Nil until all of it is there.
  private(set) var head: HTTPHead?
  private var unread: [UInt8] = []
  private var plain: [UInt8] = []
  private var chunks = ChunkedBody()
  /// The most that is read of a body, in bytes.
  let limit: Int
  private let url: String

  init(of url: String, limit: Int) {
    (self.url, self.limit) = (url, limit)
  }

  /// The body as far as it was read.
  var body: [UInt8] { head?.isChunked == true ? chunks.bytes : plain }

  /// Whether the body is longer than what is read of one.
  var isCutShort: Bool { bodyCount >= limit && !isComplete }

  /// Whether nothing is left to be read.
  var isOver: Bool { isComplete || bodyCount >= limit }

  private var bodyCount: Int { head?.isChunked == true ? chunks.bytes.count : plain.count }

  private var isComplete: Bool {
    guard let head else { return false }
    if head.length == 0 { return true }
    return head.isChunked ? chunks.isComplete : head.length.map { plain.count >= $0 } ?? false
  }

  /// - Throws: `Failure` when it is no answer in HTTP.
  mutating func take(_ bytes: some Collection<UInt8>) throws {
    guard head == nil else { return try takeBody(bytes) }
    unread.append(contentsOf: bytes)
    guard unread.prefix(5).elementsEqual(Array("HTTP/".utf8).prefix(unread.count)) else {
      throw notHTTP
    }
    guard let end = HTTPHead.end(in: unread) else {
      if unread.count > HTTPHead.longest { throw notHTTP }
      return
    }
    guard let read = HTTPHead(unread[..<end.head]) else { throw notHTTP }
    let rest = Array(unread[end.body...])
    unread = []
    if read.isInterim { return try take(rest) }
    head = read
    try takeBody(rest)
  }

  private mutating func takeBody(_ bytes: some Collection<UInt8>) throws {
    guard head?.isChunked == true else { return plain.append(contentsOf: bytes) }
    do { try chunks.take(bytes) } catch {
      throw Failure.failed("\(url) answered in chunks that cannot be told apart")
    }
  }

  /// Looks at the answer when the connection has ended.
  ///
  /// - Returns: the head.
  /// - Throws: `Failure` when a part is missing.
  func ended() throws -> HTTPHead {
    guard let head else {
      if unread.isEmpty { throw Failure.failed("\(url) closed the connection with no answer") }
      throw notHTTP
    }
    guard isOver || (head.length == nil && !head.isChunked) else {
      throw Failure.failed(
        "\(url) answered \(head.status) and was cut off after \(bodyCount) bytes of its body")
    }
    return head
  }

  private var notHTTP: Failure { .failed("\(url) did not answer in HTTP") }
}
