import CPosix
import Glibc
import LeapfrogCore

/// Moves a stream from one pipe into another without copying it, and keeps its last bytes.
///
/// Each part is duplicated into a pipe of ours, which is emptied but for its end before the next
/// part, so that only the very last bytes of the stream are ever read.
struct StreamTail {
  /// What has passed so far, in bytes.
  private(set) var count: Int64 = 0
  private let side: DataPipe
  private let sink: OpenEnd
  private var held = 0

  /// How many of the last bytes are kept.
  static let length = 256

  /// Clients write a few thousand bytes at a time. To be woken for each of these writes takes more of
  /// a CPU than the moving: where less than so much has come there is a pause, in microseconds. A
  /// whole pipe holds what comes meanwhile.
  private static let (worthwhile, pause): (Int, UInt32) = (DataPipe.capacity / 4, 1000)

  init() throws {
    side = try DataPipe()
    sink = OpenEnd(try Descriptor(opening: "/dev/null", O_WRONLY).take())
  }

  /// Moves all that comes until the end of the stream.
  ///
  /// - Returns: the last bytes.
  mutating func move(
    from input: Int32, to output: Int32, progress: StreamProgress
  ) throws -> [UInt8] {
    let isWhole = fcntl(input, F_GETPIPE_SZ) >= DataPipe.capacity
    while true {
      try drop()
      let part = try system("read", Self.name) {
        tee(input, side.writing.number, DataPipe.capacity, 0)
      }
      if part == 0 { return try rest() }
      held += part
      try Self.splice(part, from: input, to: output)
      count += Int64(part)
      progress.add(part)
      if isWhole, part < Self.worthwhile { usleep(Self.pause) }
    }
  }

  private static let name = "the stream of a database"

  private static func splice(_ count: Int, from input: Int32, to output: Int32) throws {
    var left = count
    while left > 0 {
      let moved = try system("write", name) {
        CPosix.splice(input, nil, output, nil, left, 0)
      }
      guard moved > 0 else { throw Failure.failed("\(name) ended early") }
      left -= moved
    }
  }

  private mutating func drop() throws {
    guard held > Self.length else { return }
    try Self.splice(held - Self.length, from: side.reading.number, to: sink.number)
    held = Self.length
  }

  private mutating func rest() throws -> [UInt8] {
    try drop()
    var bytes = [UInt8](repeating: 0, count: held)
    var done = 0
    while done < held {
      let (number, left) = (side.reading.number, held - done)
      done += try bytes.withUnsafeMutableBytes { buffer in
        try system("read", Self.name) { read(number, buffer.baseAddress?.advanced(by: done), left) }
      }
    }
    return bytes
  }
}
