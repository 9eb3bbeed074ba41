import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look for what is missing, with the command that mends it.",
    discussion: "EXAMPLE: leapfrog doctor acme")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair; all when left out.", completion: .pairs) var pair: String?

  func run() async throws {
    try await global.run { context in
      let pairs = try place.members(of: pair, context)
      var findings: [String: [Finding]] = ["controller": await ControllerDoctor.examine(pairs)]
      await withTaskGroup { group in
        for pair in pairs { group.addTask { (pair, await Self.examine(pair, context)) } }
        for await (pair, found) in group { findings[context.label(pair)] = found }
      }
      try context.console.document(["findings": findings])
      for name in ["controller"] + pairs.map(context.label) {
        show(findings[name] ?? [], name, context.console)
      }
      return findings.values.allSatisfy { $0.allSatisfy(\.good) } ? 0 : 1
    }
  }

  private static func examine(_ pair: PairConfiguration, _ context: Context) async -> [Finding] {
    do { return try await context.host(of: pair).doctor() } catch {
      let failure = Failure(error)
      return [
        Finding(subject: "host", good: false, message: failure.message, remedy: failure.remedy)
      ]
    }
  }

  private func show(_ findings: [Finding], _ name: String, _ console: Console) {
    console.line(Styled(name, .bold))
    for finding in findings { console.show(finding) }
  }
}
