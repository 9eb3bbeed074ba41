import ArgumentParser
import LeapfrogControl
import LeapfrogCore

/// A command line that the parser did not understand, told in the form of all other failures.
struct UsageMistake {
  let error: any Error
  /// The command line without the program.
  let words: [String]

  var failure: Failure {
    let command = Self.command(words)
    return .usage(
      Self.misspelt(words) ?? Self.misplaced(words) ?? message,
      remedy: (["leapfrog"] + command + ["--help"]).joined(separator: " "))
  }

  private var message: String {
    var text = Leapfrog.message(for: error)
      .replacing(". Did you mean", with: "; did you mean")
      .replacing(". Please provide", with: "; please provide")
    if text.hasSuffix(".") { text.removeLast() }
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  /// A word where a command belongs, and which is none.
  private static func misspelt(_ words: [String]) -> String? {
    let known = command(words)
    guard known.isEmpty || known == ["site"], words.count > known.count else { return nil }
    let word = words[known.count]
    guard !word.hasPrefix("-") else { return nil }
    let choices = known.isEmpty ? names : siteNames
    let meant = Nearest.match(word, among: choices).map { "; did you mean `\($0)`?" } ?? ""
    return "there is no command `\((known + [word]).joined(separator: " "))`\(meant)"
  }

  /// An option before the command.
  private static func misplaced(_ words: [String]) -> String? {
    guard let first = words.first, ["--config", "--json"].contains(where: first.hasPrefix) else {
      return nil
    }
    return "\(first) comes after the command"
  }

  /// The command that the words name.
  private static func command(_ words: [String]) -> [String] {
    guard let first = words.first, names.contains(first) else { return [] }
    guard first == "site", let second = words.dropFirst().first, siteNames.contains(second) else {
      return [first]
    }
    return [first, second]
  }

  private static let siteNames = SiteCommand.configuration.subcommands.map { $0._commandName }
  private static let names = Leapfrog.configuration.groupedSubcommands
    .flatMap(\.subcommands).map { $0._commandName }
}
