import Foundation
import Glibc
import LeapfrogCore

extension Jobs {
  /// Removes all that is known of a job that is not running.
  ///
  /// - Throws: `Failure` when it is running, or when its files cannot be removed.
  func forget(_ id: String) throws {
    if case .running(let pid) = try state(of: id) {
      throw Failure.refused("the job \(id) is running as process \(pid)")
    }
    // Renamed first: a crash in the middle must not leave a record without its result. The name
    // cannot be that of a job.
    let doomed = "\(layout.jobs)/~\(id)"
    try removeDirectory(doomed)
    guard Files.exists(files(id).directory) else { return }
    try Files.rename(files(id).directory, to: doomed)
    try removeDirectory(doomed)
  }

  /// Forgets the jobs that were recorded before a time and do not run; none when it is nil. What
  /// became of a release is in the journal: this keeps only what its commands printed.
  ///
  /// - Throws: `Failure` when the jobs cannot be listed or one cannot be removed.
  func prune(keeping time: Date?) throws {
    guard let time else { return }
    let oldest = time.timeIntervalSince1970
    for id in try ids() {
      guard let recorded = FileStatus(files(id).record)?.changed,
        Double(recorded) / 1e9 < oldest
      else { continue }
      if case .running = try state(of: id) { continue }
      try forget(id)
    }
  }

  private func removeDirectory(_ path: String) throws {
    for name in try Files.names(in: path) { try Files.remove("\(path)/\(name)") }
    if rmdir(path) == -1, errno != ENOENT { throw Failure.system("remove", path) }
  }
}
