import Foundation
import Glibc
import LeapfrogCore

/// Answers a controller: JSON-RPC 2.0 on standard input and output, one request after the other.
public final class Server {
  private let reader: WireReader
  private let output: Int32
  private let session: Session
  private let watch: ControllerWatch

  /// - Parameters:
  ///   - input: the descriptor that requests come from.
  ///   - output: the descriptor that answers go to.
  ///   - patience: how long it waits for the controller.
  public init(input: Int32 = 0, output: Int32 = 1, patience: Patience = Patience()) {
    let session = Session()
    watch = ControllerWatch { session.isLocked ? patience.locked : patience.idle }
    reader = WireReader(descriptor: input, watch: watch)
    (self.output, self.session) = (output, session)
  }

  /// Answers until the controller is gone.
  ///
  /// - Throws: `Failure` when nothing came from it for too long.
  public func run() throws {
    while let line = try reader.line() {
      guard !line.isEmpty else { continue }
      do { try answer(Data(line)) } catch  where isControllerGone && !watch.hasGivenUp { return }
    }
  }

  /// Nobody reads the answers any more; a controller may leave at any time.
  private var isControllerGone: Bool {
    var look = pollfd(fd: output, events: 0, revents: 0)
    return poll(&look, 1, 0) > 0 && look.revents & Int16(POLLERR | POLLHUP) != 0
  }

  private func answer(_ line: Data) throws {
    guard let head = try? Wire.decoder().decode(RequestHead.self, from: line) else {
      return try send(
        Response<Nothing>(
          id: nil, error: WireError(.usage("the message is not a request"), code: -32600)))
    }
    do {
      let bulk = try Bulk(
        reader: reader, count: head.bulk ?? 0, unpacked: head.unpacked)
      let response = try perform(head, line, bulk)
      try bulk.skipRest()
      try write(response)
    } catch let failure as Failure {
      try send(Response<Nothing>(id: head.id, error: WireError(failure)))
    } catch is DecodingError {
      try send(
        Response<Nothing>(
          id: head.id,
          error: WireError(
            .usage("the parameters of \(head.method.rawValue) are wrong"), code: -32602)))
    }
  }

  private func perform(_ head: RequestHead, _ line: Data, _ bulk: Bulk) throws -> Data {
    func answer<Params: Codable & Sendable, Result: Codable & Sendable>(
      _ body: (Params) throws -> Result
    ) throws -> Data {
      let request: Request<Params>
      do { request = try Wire.decoder().decode(Request<Params>.self, from: line) } catch {
        try bulk.skipRest()
        throw error
      }
      do {
        return try Wire.encoder().encode(Response(id: head.id, result: try body(request.params)))
      } catch {
        try bulk.skipRest()
        throw Failure(error)
      }
    }
    switch head.method {
    case .hello: return try answer { (_: Nothing) in session.hello() }
    case .status: return try answer(session.status)
    case .survey: return try answer(session.survey)
    case .stageBegin: return try answer { try session.stageBegin($0, bulk) }
    case .stageBlobs: return try answer { (_: Nothing) in try session.stageBlobs(bulk) }
    case .stageFinish: return try answer { (_: Nothing) in try session.stageFinish() }
    case .work: return try answer(session.work)
    case .control: return try answer(session.control)
    case .plan: return try answer(session.plan)
    case .events: return try answer(session.events)
    case .history: return try answer(session.history)
    case .backups: return try answer(session.backups)
    case .doctor: return try answer(session.doctor)
    case .machine: return try answer(session.machine)
    case .units: return try answer(session.units)
    case .output: return try answer(session.output)
    }
  }

  private func send(_ response: some Encodable) throws {
    try write(try Wire.encoder().encode(response))
  }

  private func write(_ data: Data) throws {
    try (data + [UInt8(ascii: "\n")]).withUnsafeBytes { try watch.write($0, to: output) }
  }
}
