import Foundation
import LeapfrogCore

/// Tells a backup of restic's that stands still from one that takes long: restic waits for ever for a FIFO that
/// was put in a file's place.
struct ResticStandstill {
  /// Seconds.
  let patience: Int
  private var last: Status?
  private var since = SuspendingClock.now

  init(patience: Int) { self.patience = patience }

  /// What restic prints every second, as far as it changes with its work.
  private struct Status: Decodable, Equatable {
    var totalFiles: Int?
    var filesDone: Int?
    var totalBytes: Int64?
    var bytesDone: Int64?

    enum CodingKeys: String, CodingKey {
      case totalFiles = "total_files"
      case filesDone = "files_done"
      case totalBytes = "total_bytes"
      case bytesDone = "bytes_done"
    }

    static let start = Array("{\"message_type\":\"status\"".utf8)
  }

  /// Takes a line that restic has printed.
  ///
  /// - Throws: `Failure` when nothing has gone on for too long.
  mutating func take(_ line: ArraySlice<UInt8>) throws {
    guard line.starts(with: Status.start),
      let status = try? JSONDecoder().decode(Status.self, from: Data(line))
    else { return }
    if status != last { (last, since) = (status, SuspendingClock.now) }
    guard SuspendingClock.now - since >= .seconds(patience) else { return }
    throw Failure.failed("restic stood still for \(patience) seconds and was ended")
  }
}
