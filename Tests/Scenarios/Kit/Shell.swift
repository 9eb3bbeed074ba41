import Foundation

/// A process as the scenarios run it: from outside, with everything that it printed.
struct Outcome: Sendable {
  var status: Int32
  var output: String
  var error: String

  /// Both streams, for the message of a failed expectation.
  var text: String { "status \(status)\n\(output)\(error)" }
}

/// Runs programs and waits for them.
enum Shell {
  /// The directory with the built executables.
  static let products: URL = {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let beside = own.deletingLastPathComponent()
    let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
    return bundle?.deletingLastPathComponent() ?? beside
  }()

  /// The project's directory.
  static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Starts a program whose output goes to files, so that no pipe can fill up.
  static func start(
    _ program: String, _ arguments: [String], in directory: URL, environment: [String: String],
    output: URL, error: URL
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = patient(arguments, of: program)
    process.currentDirectoryURL = directory
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    for url in [output, error] {
      _ = FileManager.default.createFile(atPath: url.path, contents: nil)
    }
    let files = try [output, error].map(FileHandle.init(forWritingTo:))
    (process.standardOutput, process.standardError) = (files[0], files[1])
    // Closed here: a test of hundreds of programs would run out of descriptors.
    defer { for file in files { try? file.close() } }
    try process.run()
    return process
  }

  /// A look that is not about the time that it gives a host gives it a minute: a slow machine may need it.
  private static func patient(_ arguments: [String], of program: String) -> [String] {
    let isLook = program.hasSuffix("/leapfrog") && arguments.first == "status"
    return isLook && !arguments.contains("--timeout") ? arguments + ["--timeout", "60"] : arguments
  }

  /// Runs a program to its end.
  @discardableResult
  static func run(
    _ program: String, _ arguments: [String], in directory: URL,
    environment: [String: String] = [:]
  ) throws -> Outcome {
    let base = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let (output, error) = (base.appendingPathExtension("out"), base.appendingPathExtension("err"))
    defer { for url in [output, error] { try? FileManager.default.removeItem(at: url) } }
    let process = try start(
      program, arguments, in: directory, environment: environment, output: output, error: error)
    process.waitUntilExit()
    let status =
      process.terminationReason == .exit
      ? process.terminationStatus : 128 + process.terminationStatus
    return Outcome(status: status, output: try text(output), error: try text(error))
  }

  private static func text(_ url: URL) throws -> String {
    String(decoding: try Data(contentsOf: url), as: UTF8.self)
  }
}
