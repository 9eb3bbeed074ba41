import LeapfrogCore

extension Section {
  private static let allowedCommand = "a list of arguments, or a text for the shell"

  /// A command: a list of arguments, a text for the shell, or nothing; nil where the key is absent,
  /// which is not the same as a command that does nothing.
  func command(_ key: String) -> Command? {
    guard let value = value(key) else { return nil }
    switch value.content {
    case .nothing: return Command.none
    case .scalar(let text, .text): return shellCommand(text, value.line, path(key))
    case .list(let values): return argumentList(values, path(key))
    default:
      note(value.line, path(key), "found \(value.found)")
      return nil
    }
  }

  private func shellCommand(_ text: String, _ line: Int, _ path: String) -> Command? {
    if let fault = fault(inShellText: text) {
      note(line, path, fault)
      return nil
    }
    return Command(shell: text)
  }

  private func fault(inShellText text: String) -> String? {
    if text.utf8.contains(0) { return "has a NUL character" }
    return text.allSatisfy(\.isWhitespace) ? "is empty; write [] for no command" : nil
  }

  private func argumentList(_ values: [YAMLValue], _ path: String) -> Command {
    let arguments = values.enumerated().map { index, value in
      argument(value, isFirst: index == 0, path: "\(path)[\(index)]")
    }
    return Command(arguments)
  }

  private func argument(_ value: YAMLValue, isFirst: Bool, path: String) -> String {
    guard case .scalar(let text, _) = value.content else {
      note(value.line, path, "found \(value.found)")
      return ""
    }
    if text.utf8.contains(0) { note(value.line, path, "has a NUL character") }
    if isFirst && text.isEmpty { note(value.line, path, "the program is empty") }
    return text
  }

  private func note(_ line: Int, _ path: String, _ fault: String) {
    mistakes.add(line, path, "\(fault); allowed: \(Self.allowedCommand)")
  }
}
