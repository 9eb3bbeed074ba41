import Foundation
import LeapfrogCore

/// A connection to the `leapfrog-host` of one host: requests out, answers in, in order. For one task at a
/// time.
public actor Connection {
  private let host: String
  private let stream: any HostStream
  /// What it may advise; nil for the local host, whose `leapfrog-host` is this program's own.
  private let remedies: HostRemedies?
  private var received: [UInt8]
  private var lastID = 0
  /// How long was waited for an answer that did not come.
  private var late: Double?

  /// - Parameter received: what came of the stream already.
  init(
    host: String, stream: any HostStream, remedies: HostRemedies? = nil, received: [UInt8] = []
  ) {
    (self.host, self.stream, self.remedies, self.received) = (host, stream, remedies, received)
  }

  /// Asks and waits for the answer.
  ///
  /// - Parameters:
  ///   - pair: the one that is asked about; only about it can a host advise a command of leapfrog.
  ///   - seconds: after which the link counts as lost; nil to wait as long as the link is there.
  /// - Throws: the `Failure` that the host answered, or `LinkLost` when there was no answer.
  func call<Params: Codable & Sendable, Result: HostAnswer>(
    _ method: LeapfrogCore.Method, _ params: Params, bulk: BulkData? = nil,
    about pair: PairSpec? = nil, within seconds: Double? = nil, as: Result.Type = Result.self
  ) async throws -> Result {
    let id = try await send(method, params, bulk: bulk)
    return try await receive(id, about: pair, within: seconds)
  }

  /// Asks without waiting; `receive` brings the answer. Answers come in the order of the requests.
  func send<Params: Codable & Sendable>(
    _ method: LeapfrogCore.Method, _ params: Params, bulk: BulkData? = nil
  ) async throws -> Int {
    lastID += 1
    let id = lastID
    let request = Request(id: id, method: method, params: params, bulk: bulk)
    var line = [UInt8](try Wire.encoder().encode(request))
    line.append(UInt8(ascii: "\n"))
    do {
      try await stream.write(line)
      if let bulk { try await stream.write(bulk.bytes) }
    } catch {
      throw await lost(error)
    }
    return id
  }

  /// The answer to a request.
  func receive<Result: HostAnswer>(
    _ id: Int, about pair: PairSpec? = nil, within seconds: Double? = nil
  ) async throws -> Result {
    let line = try await line(within: seconds)
    guard let response = try? Wire.decoder().decode(Response<Result>.self, from: line) else {
      throw Failure.failed("\(host) answered with something that is no message of leapfrog")
    }
    guard response.id == id else {
      await stream.close()
      throw LinkLost("\(host) answered another request than the one that was asked")
    }
    if let error = response.error { throw heard(error.failure, pair) }
    guard let result = response.result else {
      throw Failure.failed("\(host) answered with nothing")
    }
    return heard(result, pair)
  }

  private func heard<Answer: HostAnswer>(_ answer: Answer, _ pair: PairSpec?) -> Answer {
    guard var remedies else { return answer }
    remedies.pair = pair
    return answer.heard(remedies)
  }

  /// Ends it.
  func close() async { await stream.close() }

  private func line(within seconds: Double?) async throws -> Data {
    guard let seconds else { return try await readLine() }
    let limit = Task {
      try await Waiting.pass(seconds)
      late = seconds
      await stream.close()
    }
    defer { limit.cancel() }
    return try await readLine()
  }

  private func readLine() async throws -> Data {
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
      received += try await more()
    }
  }

  private func more() async throws -> [UInt8] {
    do {
      if let bytes = try await stream.read() { return bytes }
    } catch {
      throw await lost(error)
    }
    throw await lost(nil)
  }

  private func lost(_ error: (any Error)?) async -> LinkLost {
    if let late {
      return LinkLost("\(host) is there and does not answer within \(Int(late.rounded(.up))) s")
    }
    let reason = await stream.reasonOfEnd()
    if let lost = error as? LinkLost, reason == nil { return lost }
    return LinkLost("the link to \(host) ended\(reason.map { ": \($0)" } ?? "")")
  }
}
