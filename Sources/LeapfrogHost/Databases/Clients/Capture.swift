import Glibc
import LeapfrogCore

/// A short command's end and what it printed, which was kept in memory alone.
struct Capture: Sendable {
  let result: JobResult
  let output: [UInt8]
  let errors: [UInt8]
  /// Whether it printed more than was kept.
  let isCut: Bool

  /// Runs a command to its end, in a session of its own; when the time is up all of it is ended.
  ///
  /// - Parameters:
  ///   - user: whom it runs as; nil for ourselves.
  ///   - limit: how many bytes of output to keep.
  static func run(
    _ spawn: Spawn, as user: JobUser? = nil, limit: Int, seconds: Int
  ) throws -> Capture {
    let (output, errors) = (try DataPipe(), try DataPipe())
    var spawn = spawn
    spawn.startsSession = true
    spawn.limits = spawn.limits ?? .answering(within: seconds)
    spawn.descriptors[1] = output.writing.number
    spawn.descriptors[2] = errors.writing.number
    let child = try Child(spawn, as: user)
    for pipe in [output, errors] { pipe.writing.close() }
    var reader = CaptureReader(child: child, pipes: [output.reading, errors.reading])
    return reader.run(limits: [limit, 4 << 10], seconds: seconds)
  }

  /// What it printed, when it succeeded.
  ///
  /// - Throws: `Failure` with its end and its standard error, and nothing of its output.
  func successfulOutput() throws -> [UInt8] {
    guard result.isSuccess else {
      let said = OutputTail.clean(errors).split(whereSeparator: \.isNewline).joined(
        separator: " / ")
      throw Failure.failed("it \(result)\(said.isEmpty ? "" : ": \(said.prefix(400))")")
    }
    guard !isCut else { throw Failure.failed("it printed more than can be") }
    return output
  }
}

/// Reads what a command prints until it has ended.
private struct CaptureReader {
  let child: Child
  let pipes: [OpenEnd]
  private var kept: [[UInt8]] = [[], []]
  private var isCut = false
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)

  init(child: Child, pipes: [OpenEnd]) {
    self.child = child
    self.pipes = pipes
    for pipe in pipes { _ = fcntl(pipe.number, F_SETFL, O_NONBLOCK) }
  }

  mutating func run(limits: [Int], seconds: Int) -> Capture {
    let end = SuspendingClock.now + .seconds(seconds)
    var result: JobResult?
    while result == nil {
      // What it left is read after its end is known, and a daemon that holds the pipe is not waited for.
      result = child.poll()
      let hasRead = take(limits)
      if result == nil, SuspendingClock.now >= end {
        child.kill(group: true)
        _ = child.wait()
        result = .timedOut(seconds: seconds)
      } else if result == nil, !hasRead {
        wait()
      }
    }
    return Capture(
      result: result ?? .timedOut(seconds: seconds), output: kept[0], errors: kept[1], isCut: isCut)
  }

  private func wait() {
    var files = pipes.filter { $0.number >= 0 }
      .map { pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0) }
    if files.isEmpty { usleep(500) } else { poll(&files, nfds_t(files.count), 10) }
  }

  /// Takes all that is there; says whether there was anything.
  private mutating func take(_ limits: [Int]) -> Bool {
    var hasRead = false
    for (index, pipe) in pipes.enumerated() {
      while true {
        let number = pipe.number
        guard number >= 0 else { break }
        let count = retrying { read(number, &buffer, buffer.count) }
        if count == 0 { pipe.close() }
        guard count > 0 else { break }
        hasRead = true
        keep(buffer[..<count], index, limit: limits[index])
      }
    }
    return hasRead
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>, _ index: Int, limit: Int) {
    let room = max(0, limit - kept[index].count)
    if bytes.count > room, index == 0 { isCut = true }
    kept[index] += bytes.prefix(room)
  }
}
