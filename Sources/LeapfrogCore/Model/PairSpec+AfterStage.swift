extension PairSpec {
  /// What is wrong with `afterStage`, as far as its text shows; nil where nothing is. It is the operator's own
  /// command, so neither its program nor a program in the text of a shell may be the repository's.
  public var afterStageFault: String? {
    let arguments = afterStage.arguments
    let words =
      arguments.starts(with: ["/bin/sh", "-c"])
      ? shellWords(arguments.dropFirst(2).joined(separator: " "))
      : arguments.enumerated().map { (text: $1, isProgram: $0 == 0) }
    guard let word = words.first(where: isOfThePlatform) else { return nil }
    return "`after_stage` of \(name) is the operator's, and '\(word.text)' is below the platform, "
      + "whose author is another; what the repository brings belongs in `build`"
  }

  private func isOfThePlatform(_ word: (text: String, isProgram: Bool)) -> Bool {
    let text = word.text
    if ["blue", "green", "live", "aliases", "preview", "sites"].contains(where: {
      text.hasPrefix("\(root)/\($0)/")
    }) {
      return true
    }
    let names = ["LEAPFROG_PLATFORM", "LEAPFROG_DOCROOT"].flatMap { ["$\($0)", "${\($0)}"] }
    if word.isProgram, names.contains(where: text.hasPrefix) { return true }
    // A program with a slash is not looked up in the PATH; it would be relative to some directory.
    return word.isProgram && text.contains("/") && !text.hasPrefix("/") && !text.hasPrefix("$")
      && !text.contains("=")
  }

  /// The words of a text for the shell, roughly: without quotes, and whether one is in a program's place.
  private func shellWords(_ text: String) -> [(text: String, isProgram: Bool)] {
    var words: [(text: String, isProgram: Bool)] = []
    for part in text.split(whereSeparator: { ";&|()`\n".contains($0) }) {
      var isProgram = true
      for word in part.split(whereSeparator: \.isWhitespace) {
        let bare = word.filter { $0 != "\"" && $0 != "'" }
        words.append((bare, isProgram))
        // A program may be the argument of another one.
        isProgram = Self.runners.contains(bare) || (isProgram && bare.contains("="))
      }
    }
    return words
  }

  private static let runners: Set<String> = [
    "!", ".", "bash", "cd", "dash", "do", "else", "env", "eval", "exec", "if", "nice", "nohup",
    "perl", "php", "python3", "ruby", "sh", "source", "sudo", "then", "time", "until", "while",
  ]
}
