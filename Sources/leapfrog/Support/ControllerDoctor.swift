import Foundation
import Glibc
import LeapfrogControl
import LeapfrogCore

/// Looks for what is missing on the controller.
enum ControllerDoctor {
  static func examine(_ pairs: [PairConfiguration]) async -> [Finding] {
    [git(), host(), state()]
  }

  private static func git() -> Finding {
    let found = ProgramPath.find("git")
    return Finding(
      subject: "git", good: found != nil, message: found ?? "is not installed",
      remedy: found == nil ? "apt-get install git" : nil)
  }

  private static func host() -> Finding {
    do {
      return Finding(
        subject: "leapfrog-host", good: true, message: try Context.executable.get().path)
    } catch {
      let failure = Failure(error)
      return Finding(
        subject: "leapfrog-host", good: false, message: failure.message, remedy: failure.remedy)
    }
  }

  private static func state() -> Finding {
    let path = Context.stateDirectory
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let good = access(path, W_OK) == 0
    return Finding(
      subject: "mirrors", good: good, message: good ? path : "\(path) is not writable",
      remedy: good ? nil : "export LEAPFROG_STATE=DIRECTORY")
  }
}
