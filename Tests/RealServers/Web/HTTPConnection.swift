import Foundation
import Glibc

/// One connection to a web server of this machine, as a browser holds it.
public final class HTTPConnection {
  /// Why there was no answer.
  public struct Fault: Error, CustomStringConvertible {
    public let description: String
  }

  private let number: Int32
  private var buffer: [UInt8] = []
  /// Whether the server takes another request.
  public private(set) var isOpen = true

  /// - Parameter seconds: how long each answer may take.
  public init(port: Int, seconds: Int = 20) throws {
    number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    guard Loopback.connect(number, port) else { throw fault("refused") }
  }

  deinit { close(number) }

  /// Sends a request and reads its answer.
  public func ask(
    _ path: String, host: String, method: String = "GET", headers: [String: String] = [:],
    body: String = "", keepsAlive: Bool = true
  ) throws -> HTTPAnswer {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n"
    head += "Connection: \(keepsAlive ? "keep-alive" : "close")\r\n"
    if !body.isEmpty { head += "Content-Length: \(body.utf8.count)\r\n" }
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    try send(Array((head + "\r\n" + body).utf8))
    return try answer(hasBody: method != "HEAD")
  }

  private func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw fault("not sent") }
      rest = rest.dropFirst(count)
    }
  }

  // MARK: Reading

  private func answer(hasBody: Bool) throws -> HTTPAnswer {
    let lines = try head().components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count >= 2, let status = Int(words[1]) else { throw fault("answered \(lines[0])") }
    var answer = HTTPAnswer(status: status)
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      answer.headers[line[..<colon].lowercased()] =
        line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    if answer.headers["connection"]?.lowercased() == "close" { isOpen = false }
    if hasBody { answer.body = String(decoding: try body(answer), as: UTF8.self) }
    return answer
  }

  private func head() throws -> String {
    while true {
      if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
        let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
        buffer.removeFirst(end.upperBound)
        return head
      }
      try receive()
    }
  }

  private func body(_ answer: HTTPAnswer) throws -> [UInt8] {
    if let length = answer.headers["content-length"].flatMap(Int.init) { return try take(length) }
    if answer.headers["transfer-encoding"]?.lowercased() == "chunked" { return try chunks() }
    guard answer.status != 304, answer.status != 204 else { return [] }
    isOpen = false
    while (try? receive()) != nil {}
    return try take(buffer.count)
  }

  private func chunks() throws -> [UInt8] {
    var all: [UInt8] = []
    while true {
      guard let length = Int(try line(), radix: 16) else { throw fault("sent a bad chunk") }
      all += try take(length)
      _ = try line()
      if length == 0 { return all }
    }
  }

  private func line() throws -> String {
    while true {
      if let end = buffer.firstRange(of: Array("\r\n".utf8)) {
        let line = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
        buffer.removeFirst(end.upperBound)
        return line
      }
      try receive()
    }
  }

  private func take(_ count: Int) throws -> [UInt8] {
    while buffer.count < count { try receive() }
    defer { buffer.removeFirst(count) }
    return Array(buffer.prefix(count))
  }

  private func receive() throws {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = recv(number, &bytes, bytes.count, 0)
    guard count > 0 else {
      throw fault(count == 0 ? "closed the connection" : "did not answer in time")
    }
    buffer += bytes.prefix(count)
  }

  private func fault(_ text: String) -> Fault {
    isOpen = false
    return Fault(description: "the server \(text)")
  }
}

/// What a web server answered.
public struct HTTPAnswer: Sendable, Equatable {
  public var status: Int
  /// By name in lower case.
  public var headers: [String: String] = [:]
  public var body = ""
}
