import Glibc

/// Takes what restic prints out of its pipes: lines, and the last of its errors.
struct ResticOutput {
  private var output: Int32
  private var errors: Int32
  private var line: [UInt8] = []
  private var looked = SuspendingClock.now
  private var tail: [UInt8] = []
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  /// Longer lines are no answers of restic's.
  private static let longestLine = 64 << 20
  private static let tailLength = 4096

  /// - Parameters: reading ends that do not block; they stay the caller's.
  init(output: Int32, errors: Int32) {
    (self.output, self.errors) = (output, errors)
  }

  /// Takes all there is until every writer has closed its ends.
  ///
  /// - Returns: false when that took too long.
  /// - Throws: what the body throws, and `Failure` when the step that it is for was aborted.
  mutating func take(
    until end: SuspendingClock.Instant, _ body: (ArraySlice<UInt8>) throws -> Void
  ) throws -> Bool {
    while output >= 0 || errors >= 0 {
      guard SuspendingClock.now < end else { return false }
      var files = [output, errors].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      retrying { poll(&files, 2, 500) }
      try verifyWanted()
      if files[0].revents != 0 { try takeOutput(body) }
      if files[1].revents != 0 { takeErrors() }
    }
    if !line.isEmpty { try body(line[...]) }
    return true
  }

  /// The last lines of the errors, on one.
  var lastErrors: String {
    String(decoding: tail, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(4)
      .joined(separator: "; ")
  }

  private mutating func verifyWanted() throws {
    guard SuspendingClock.now - looked >= .milliseconds(500) else { return }
    looked = SuspendingClock.now
    try AbortWatch.verify()
  }

  private mutating func takeOutput(_ body: (ArraySlice<UInt8>) throws -> Void) rethrows {
    let count = retrying { read(output, &buffer, buffer.count) }
    guard count > 0 else {
      if count == 0 || errno != EAGAIN { output = -1 }
      return
    }
    var rest = buffer[..<count]
    while let newline = rest.firstIndex(of: 0x0A) {
      line += rest[..<newline]
      try body(line[...])
      line.removeAll(keepingCapacity: true)
      rest = rest[(newline + 1)...]
    }
    if line.count < Self.longestLine { line += rest }
  }

  private mutating func takeErrors() {
    let count = retrying { read(errors, &buffer, buffer.count) }
    guard count > 0 else {
      if count == 0 || errno != EAGAIN { errors = -1 }
      return
    }
    tail = Array((tail + buffer[..<count]).suffix(Self.tailLength))
  }
}
