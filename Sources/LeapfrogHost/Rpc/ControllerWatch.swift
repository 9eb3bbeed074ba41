import Glibc
import LeapfrogCore

/// Waits for the controller, and gives it up when nothing of it came for too long.
final class ControllerWatch {
  /// Once true the controller is not waited for any more.
  private(set) var hasGivenUp = false
  private let patience: () -> Double

  /// `patience` says how many seconds to wait, asked anew each time.
  init(patience: @escaping () -> Double) {
    self.patience = patience
  }

  /// Waits until the descriptor can be read or written without blocking.
  ///
  /// - Throws: `Failure` when the time is over, and at once ever after.
  func wait(for events: Int32, on descriptor: Int32) throws {
    let seconds = hasGivenUp ? 0 : patience()
    let deadline = Deadline(seconds: seconds)
    var file = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    while !hasGivenUp {
      if poll(&file, 1, deadline.milliseconds) > 0 { return }
      hasGivenUp = deadline.isOver
    }
    throw Failure.failed("nothing came from the controller for \(Int(seconds)) s")
  }

  /// Writes every byte, in pieces that a pipe takes whole once it takes anything: a controller that does
  /// not read must not keep a session for ever.
  func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
    var rest = bytes
    while !rest.isEmpty {
      try wait(for: POLLOUT, on: descriptor)
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(PIPE_BUF)))
      try Files.writeAll(piece, to: descriptor, path: "the controller")
      rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
    }
  }
}
