import Foundation
import Glibc

/// Waits of these tests always have an end.
enum Bounded {
  /// Looks until the condition holds or the time is over; says whether it holds.
  static func wait(_ seconds: Double = 30, until condition: () throws -> Bool) rethrows -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while try !condition() {
      if Date() >= end { return false }
      usleep(10_000)
    }
    return true
  }
}

extension Process {
  /// The exit status, 128 and more for a signal; nil when it had to be killed after `seconds`.
  func status(within seconds: Double = 60) -> Int32? {
    guard Bounded.wait(seconds, until: { !isRunning }) else {
      kill(processIdentifier, SIGKILL)
      waitUntilExit()
      return nil
    }
    return terminationReason == .exit ? terminationStatus : 128 + terminationStatus
  }
}

/// A command that goes on beside the test, with its output in files.
struct Running {
  let process: Process
  private let output: URL
  private let error: URL

  init(_ program: String, _ arguments: [String], of farm: Farm, environment: [String: String] = [:])
    throws
  {
    let base = farm.directory.appendingPathComponent(UUID().uuidString)
    (output, error) = (base.appendingPathExtension("out"), base.appendingPathExtension("err"))
    process = try Shell.start(
      Shell.products.appendingPathComponent(program).path, arguments, in: farm.directory,
      environment: farm.environment.merging(environment) { $1 }, output: output, error: error)
  }

  /// Everything it printed up to now.
  var text: String {
    [output, error].map { (try? String(contentsOf: $0, encoding: .utf8)) ?? "" }.joined()
  }

  /// Its end; a status of -1 says that it had to be killed.
  func end(within seconds: Double = 60) -> Outcome {
    let status = process.status(within: seconds) ?? -1
    return Outcome(
      status: status, output: (try? String(contentsOf: output, encoding: .utf8)) ?? "",
      error: (try? String(contentsOf: error, encoding: .utf8)) ?? "")
  }
}
