import Glibc
import LeapfrogCore

/// Reads a dump to its end and looks whether it is whole.
struct DumpCheck {
  let path: String
  let isWhole: @Sendable ([UInt8]) -> Bool

  func run() throws {
    let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW)
    let stage = try DumpStage(Zstd.decompressor)
    try stage.start(file: file)
    let reading = stage.output.reading
    var tail: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: DataPipe.capacity)
    while true {
      let count = try system("read", path) { read(reading.number, &buffer, buffer.count) }
      if count == 0 { break }
      tail = Array((tail + buffer[..<count].suffix(StreamTail.length)).suffix(StreamTail.length))
    }
    try stage.verifyEnd()
    guard isWhole(tail) else {
      throw Failure.failed("\(path) is cut: it does not end as a whole dump does")
    }
  }
}
