import Glibc
import LeapfrogCore

/// Runs a client that dumps a database, compresses what it prints and writes that to a file, all at
/// once and looked at in passing. A dump counts only when every process on the way succeeded and the
/// stream ended as a whole dump does.
struct DumpWriter: Sendable {
  /// What was seen of a dump while it was made.
  struct Facts: Sendable, Equatable {
    /// Size before it was compressed, in bytes.
    var plainBytes: Int64
    /// Size of the file, in bytes.
    var bytes: Int64
    /// Of the file, in hexadecimal digits.
    var sha256: String
  }

  let client: ClientCommand
  /// The file to write.
  let path: String
  /// Which database it is, for a message.
  let label: String
  /// How long nothing may happen, in seconds.
  var patience = 60
  /// Says who may be in the way when nothing happens.
  var hindrance: @Sendable () -> String? = { nil }
  /// Whether a dump that ends with these bytes, `StreamTail.length` at most, is whole.
  let isWhole: @Sendable ([UInt8]) -> Bool

  /// - Throws: `Failure` with the first cause; nothing of the dump is left then.
  func run() throws -> Facts {
    let file = try DumpFile(path)
    do {
      let facts = try write(file)
      try file.sync()
      return facts
    } catch {
      file.remove()
      throw error
    }
  }

  private func write(_ file: DumpFile) throws -> Facts {
    let (plain, compressed) = (try DumpStage(client), try DumpStage(Zstd.compressor))
    let input = try DataPipe()
    try plain.start(input: nil)
    try compressed.start(input: input)
    let progress = StreamProgress()
    let moved = Background {
      defer { for end in [plain.output.reading, input.writing] { end.close() } }
      var stream = try StreamTail()
      let tail = try stream.move(
        from: plain.output.reading.number, to: input.writing.number, progress: progress)
      return (count: stream.count, tail: tail)
    }
    let stored = Background {
      defer { compressed.output.reading.close() }
      return try file.write(from: compressed.output.reading, progress: progress)
    }
    let isMoving = progress.watch(patience: patience) {
      if stored.hasEnded(within: 0.5), (try? stored.outcome().get()) == nil { return true }
      return stored.hasEnded() && moved.hasEnded(within: 0.5)
    }
    let standstill = isMoving ? nil : standstill
    let hasFailed = !isMoving || (try? stored.outcome().get()) == nil
    for stage in [plain, compressed] where hasFailed { stage.kill() }
    if let standstill { throw standstill }
    let (bytes, digest) = try stored.outcome().get()
    try compressed.verifyEnd()
    try plain.verifyEnd()
    let (count, tail) = try moved.outcome().get()
    guard isWhole(tail) else {
      throw Failure.failed("the dump of \(label) is cut: it does not end as a whole one does")
    }
    return Facts(plainBytes: count, bytes: bytes, sha256: digest.hex)
  }

  private var standstill: Failure {
    let others = hindrance().map { "; \($0)" } ?? ""
    return .failed(
      "the dump of \(label) stood still for \(patience) seconds and was ended\(others)")
  }
}
