import Foundation
import Glibc
import LeapfrogCore

/// A connection to the `leapfrog-host` of one host: requests out, answers in, in order.
public actor Connection {
  private let executor = QueueExecutor(label: "leapfrog.connection")
  private let host: String
  private let input: Int32
  private let output: Int32
  private var received: [UInt8] = []
  private var lastID = 0
  private let reasonOfEnd: @Sendable () async -> String?

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// Takes over both descriptors. `reasonOfEnd` explains, after the stream has ended, why it did.
  init(
    host: String, reading input: Int32, writing output: Int32,
    reasonOfEnd: @escaping @Sendable () async -> String?
  ) {
    (self.host, self.input, self.output) = (host, input, output)
    self.reasonOfEnd = reasonOfEnd
  }

  deinit {
    close(input)
    close(output)
  }

  /// Asks and waits for the answer.
  ///
  /// - Throws: the `Failure` that the host answered, or one that says why there was no answer.
  public func call<Params: Codable & Sendable, Result: Codable & Sendable>(
    _ method: LeapfrogCore.Method, _ params: Params, bulk: [UInt8]? = nil,
    as: Result.Type = Result.self
  ) async throws -> Result {
    let id = try await send(method, params, bulk: bulk)
    return try await receive(id)
  }

  /// Asks without waiting; `receive` brings the answer. Answers come in the order of the requests.
  func send<Params: Codable & Sendable>(
    _ method: LeapfrogCore.Method, _ params: Params, bulk: [UInt8]? = nil
  ) async throws -> Int {
    lastID += 1
    let request = Request(id: lastID, method: method, params: params, bulk: bulk?.count)
    var line = try Wire.encoder().encode(request)
    line.append(UInt8(ascii: "\n"))
    do {
      try line.withUnsafeBytes(write)
      try bulk?.withUnsafeBytes(write)
    } catch {
      throw await lost()
    }
    return lastID
  }

  /// The answer to a request.
  func receive<Result: Codable & Sendable>(_ id: Int) async throws -> Result {
    guard let line = try readLine() else { throw await lost() }
    guard let response = try? Wire.decoder().decode(Response<Result>.self, from: line) else {
      throw Failure.failed("\(host) answered with something that is no message of leapfrog")
    }
    if let error = response.error { throw error.failure }
    guard response.id == id, let result = response.result else {
      throw Failure.failed("\(host) answered another request than the one that was asked")
    }
    return result
  }

  private func lost() async -> Failure {
    let reason = await reasonOfEnd()
    return .failed("the link to \(host) ended\(reason.map { ": \($0)" } ?? "")")
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(output, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Failure.failed("the link is closed") }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  private func readLine() throws -> Data? {
    var searched = 0
    while true {
      if let end = received[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { received.removeSubrange(...end) }
        return Data(received[..<end])
      }
      searched = received.count
      guard searched <= Wire.longestLine else {
        throw Failure.failed("\(host) sent a line without end")
      }
      guard fill() else { return nil }
    }
  }

  private func fill() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(input, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      received.append(contentsOf: chunk[..<count])
      return true
    }
  }
}
