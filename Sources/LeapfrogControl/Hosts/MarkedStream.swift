import LeapfrogCore

/// A channel whose first lines may be a profile's or a banner's: reads up to the line that only our own
/// shell lines print.
struct MarkedStream {
  let stream: ChannelStream
  let host: String
  let nonce: String
  /// What came behind the line already.
  private(set) var rest: [UInt8] = []
  /// Bytes of noise that were passed over.
  private var passed = 0
  /// The last whole line of it.
  private var noise = ""
  private static let longest = 1 << 20

  init(_ channel: SSHChannel, host: String, nonce: String) {
    (stream, self.host, self.nonce) = (ChannelStream(channel), host, nonce)
  }

  /// Reads to the answer.
  ///
  /// - Throws: `Failure` with what came instead, when the other side ended or said too much; `LinkLost` when
  ///   it said nothing at all, or was still at it.
  mutating func answer(within seconds: Double) async throws -> BootstrapAnswer {
    let stream = stream
    let end = Deadline(seconds: seconds)
    let limit = stream.closing(after: seconds)
    defer { limit.cancel() }
    while true {
      if let answer = take() { return answer }
      guard passed + rest.count < Self.longest else { throw noAnswer(noise) }
      guard let more = try await stream.read() else {
        if end.isOver { throw late(seconds) }
        throw noAnswer(rest.isEmpty ? noise : String(decoding: rest, as: UTF8.self))
      }
      rest += more
    }
  }

  /// Takes whole lines until one is ours.
  private mutating func take() -> BootstrapAnswer? {
    var start = rest.startIndex
    defer {
      passed += start
      rest.removeSubrange(..<start)
    }
    while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
      // A terminal ends its lines with two bytes.
      let line = rest[start..<end].prefix { $0 != UInt8(ascii: "\r") }
      start = end + 1
      if line.starts(with: mark) {
        return BootstrapAnswer(String(decoding: line.dropFirst(mark.count), as: UTF8.self))
      }
      if !line.isEmpty { noise = String(decoding: line.prefix(300), as: UTF8.self) }
    }
    return nil
  }

  private var mark: [UInt8] { Array("\(nonce) ".utf8) }

  private func noAnswer(_ last: String) -> any Error {
    let said = [last, stream.errorText].filter { !$0.isEmpty }.joined(separator: " / ")
    let (what, remedy) = (
      "\(host) lets nobody run a command: instead of an answer came", "ssh \(host) true"
    )
    guard !said.isEmpty else { return LinkLost("\(what) `nothing`", remedy: remedy) }
    return Failure.failed("\(what) `\(Printable.text(said, longest: 300))`", remedy: remedy)
  }

  private func late(_ seconds: Double) -> LinkLost {
    LinkLost(
      "\(host) is there and does not answer within \(Int(seconds)) s", remedy: "ssh \(host) true")
  }

  /// What is said on standard error up to the end, which may come behind the answer.
  func reason(within seconds: Double) async -> String {
    let stream = stream
    let limit = stream.closing(after: seconds)
    defer { limit.cancel() }
    while (try? await stream.read()) != nil {}
    return stream.errorText
  }
}
