import Glibc
import LeapfrogCore

/// What is known of a job.
enum JobState: Equatable, Sendable {
  /// There is no record of it.
  case absent
  /// It is under way; the process is its runner, or its command when the runner has died.
  case running(pid: Int32)
  /// It came to its end.
  case finished(JobResult)
  /// It was begun and nobody can tell how it ended. It is never run again.
  case lost
}

/// How a command ended.
enum JobResult: Equatable, Sendable {
  case exited(Int32)
  case signalled(Int32)
  /// It was ended because it took longer than that.
  case timedOut(seconds: Int)
  /// It never ran, for the reason given.
  case notStarted(String)

  /// The end of a process, from what `waitpid` says.
  init(waitStatus status: Int32) {
    let signal = status & 0x7F
    self = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
  }

  var isSuccess: Bool { self == .exited(0) }

  /// The result as an error: the command, its end, its last words and how all of them are shown.
  ///
  /// - Parameters:
  ///   - what: the command, as the subject of a sentence.
  ///   - files: the job.
  ///   - pair: the pair's name.
  func failure(of what: String, _ files: JobFiles, pair: String) -> Failure {
    let words = OutputTail.lines(3, of: files.output).split(separator: "\n")
      .joined(separator: " / ")
    let end = words.isEmpty ? "" : ", and its last words were: \(words.suffix(400))"
    return .failed("\(what) \(description)\(end)", remedy: files.look(pair: pair))
  }
}

extension JobResult: CustomStringConvertible {
  /// How it ended, as the predicate of a sentence.
  var description: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    case .signalled(let signal): "was ended by signal \(signal) (\(Self.name(ofSignal: signal)))"
    case .timedOut(let seconds): "did not finish within \(seconds) seconds and was ended"
    case .notStarted(let reason): "could not be started: \(reason)"
    }
  }

  private static func name(ofSignal signal: Int32) -> String {
    strsignal(signal).map { String(cString: $0) } ?? "unknown"
  }
}
