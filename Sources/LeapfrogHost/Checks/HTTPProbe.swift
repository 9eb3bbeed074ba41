import Glibc
import LeapfrogCore

/// Asks one page over plain HTTP/1.0 (so that no body comes in chunks), with a deadline: all that a check on a loopback listener needs.
struct HTTPProbe: Sendable {
  /// An answer: the status and the first bytes of the body.
  struct Answer: Sendable, Equatable {
    var status: Int
    var body: [UInt8]
  }

  /// Where the listener is.
  let host: String
  let port: UInt16
  /// Seconds for the whole of it.
  var deadline: Int = 10
  /// The most that is read of an answer, in bytes.
  var limit = 4 << 20

  /// The listener of an address such as `http://127.0.0.1:8080`; nil for anything else.
  init?(address: String) {
    guard address.hasPrefix("http://") else { return nil }
    let rest = address.dropFirst("http://".count).prefix { $0 != "/" }
    let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty, parts.count <= 2 else { return nil }
    guard let port = parts.count == 2 ? UInt16(parts[1]) : 80 else { return nil }
    (host, self.port) = (String(name), port)
  }

  /// Asks for a path with a Host header.
  func get(_ path: String, domain: String) throws -> Answer {
    let socket = try connected()
    let request =
      "GET \(path) HTTP/1.0\r\nHost: \(domain)\r\nUser-Agent: leapfrog\r\nConnection: close\r\n\r\n"
    try Files.writeAll(Array(request.utf8), to: socket, path: "\(host):\(port)")
    return try Self.parse(try readAll(socket), from: "http://\(domain)\(path)")
  }

  private func connected() throws -> Descriptor {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let found else {
      throw Failure.failed("the address \(host) is not known")
    }
    defer { freeaddrinfo(found) }
    for address in sequence(first: found, next: { $0.pointee.ai_next }) {
      if let socket = connect(to: address.pointee) { return socket }
    }
    throw Failure.system("connect to", "\(host):\(port)")
  }

  private func connect(to address: addrinfo) -> Descriptor? {
    let number = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return nil }
    let descriptor = Descriptor(adopting: number)
    var limit = timeval(tv_sec: deadline, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    guard Glibc.connect(number, address.ai_addr, address.ai_addrlen) == 0 else { return nil }
    return descriptor
  }

  private func readAll(_ socket: borrowing Descriptor) throws -> [UInt8] {
    let number = socket.number
    var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 64 << 10))
    let end = time(nil) + deadline
    while bytes.count < limit {
      let count = try system("read the answer of", "\(host):\(port)") {
        recv(number, &chunk, chunk.count, 0)
      }
      if count == 0 { break }
      guard time(nil) <= end else {
        throw Failure.failed("\(host):\(port) did not answer in \(deadline) s")
      }
      bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
  }

  /// Reads status and body.
  static func parse(_ bytes: [UInt8], from url: String) throws -> Answer {
    let head = String(decoding: bytes.prefix(4096), as: UTF8.self)
    let words = head.prefix { $0 != "\r\n" && $0 != "\n" }.split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else {
      throw Failure.failed("\(url) did not answer in HTTP")
    }
    let separator = Array("\r\n\r\n".utf8)
    let start = bytes.firstRange(of: separator)?.upperBound ?? bytes.endIndex
    return Answer(status: status, body: Array(bytes[start...]))
  }
}
