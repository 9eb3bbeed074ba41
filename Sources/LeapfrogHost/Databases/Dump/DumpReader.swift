import Glibc
import LeapfrogCore

/// Decompresses a dump into a client that puts it into a database.
struct DumpReader: Sendable {
  let client: ClientCommand
  /// The dump's file.
  let path: String
  /// What the client reads before the dump.
  var prefix = ""
  /// A first line that the client is not given, where the dump begins with that.
  var skipping: String?
  /// How long nothing may happen, in seconds: a single statement can take long.
  var patience = 900
  /// Whether a dump that ends with these bytes, `StreamTail.length` at most, is whole.
  let isWhole: @Sendable ([UInt8]) -> Bool

  /// - Throws: `Failure` with the first cause; how far the client came is not known then.
  func run() throws {
    let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW)
    let (plain, last) = (try DumpStage(Zstd.decompressor), try DumpStage(client))
    let input = try DataPipe()
    try plain.start(file: file)
    try last.start(input: input)
    last.output.reading.close()
    let progress = StreamProgress()
    let moved = Background {
      defer { for end in [plain.output.reading, input.writing] { end.close() } }
      return try move(from: plain.output.reading.number, to: input.writing.number, progress)
    }
    let ended = Background { try last.verifyEnd() }
    let isMoving = progress.watch(patience: patience) { ended.hasEnded(within: 0.5) }
    if !isMoving { for stage in [plain, last] { stage.kill() } }
    guard isMoving else {
      throw Failure.failed(
        "the restore from \(path) stood still for \(patience) seconds and was ended")
    }
    try ended.outcome().get()
    try plain.verifyEnd()
    guard isWhole(try moved.outcome().get()) else { throw cut }
  }

  private var cut: Failure { .failed("\(path) is cut: it does not end as a whole dump does") }

  private func move(
    from input: Int32, to output: Int32, _ progress: StreamProgress
  ) throws -> [UInt8] {
    var first = [UInt8](repeating: 0, count: 4096)
    let count = try system("read", path) { read(input, &first, first.count) }
    let begin = Array(prefix.utf8) + withoutSkipped(Array(first[..<count]))
    try begin.withUnsafeBytes { try Files.writeAll($0, to: output, path: client.program) }
    var stream = try StreamTail()
    let tail = try stream.move(from: input, to: output, progress: progress)
    return Array((begin + tail).suffix(StreamTail.length))
  }

  private func withoutSkipped(_ bytes: [UInt8]) -> [UInt8] {
    guard let skipping, bytes.starts(with: skipping.utf8),
      let end = bytes.firstIndex(of: 0x0A)
    else { return bytes }
    return Array(bytes[bytes.index(after: end)...])
  }
}
