import LeapfrogCore
import Yams

/// Turns the text of a configuration file into Yams' nodes, and its errors into ours.
struct YAMLComposer {
  let file: String

  /// The root of the only document; nil for a file that holds none.
  ///
  /// - Throws: `Failure` with file and line for text that is not YAML.
  func compose(_ text: String) throws -> Node? {
    var text = text
    // Yams keeps a pointer into the text, which strings of up to 15 bytes do not have.
    if text.utf8.count < 16 { text += "\n# a short file\n" }
    var repairs = 0
    while true {
      do {
        // Without the resolver's rules a key or value is the text that was written.
        return try Yams.compose(yaml: text, .basic, .default, .utf8)
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        repairs += 1
        guard repairs <= 50, let key = keys.first,
          let marked = DuplicateKey.mark(key, at: context.mark, in: text, number: repairs)
        else { throw duplicate(keys, context.mark.line) }
        text = marked
      } catch let error as YamlError {
        throw failure(error, text)
      }
    }
  }

  private func duplicate(_ keys: [String], _ line: Int) -> Failure {
    let names = keys.map(Printable.quoted).joined(separator: ", ")
    return failure(line, "\(names): the key is written more than once")
  }

  private func failure(_ error: YamlError, _ text: String) -> Failure {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      return failure(mark.line, explanation(context?.text, problem, line(mark.line, of: text)))
    case .reader(let problem, let offset, _, _):
      return failure(lineNumber(offset, text), "the text cannot be read: \(problem)")
    default: return failure(1, "the text is not YAML")
    }
  }

  private func explanation(_ context: String?, _ problem: String, _ line: Substring) -> String {
    if problem == "but found another document" {
      return "holds more than one document; remove all but one"
    }
    if problem.hasPrefix("Maximum nesting level") { return "is nested too deeply" }
    if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
      return "a tab is used for indentation; use spaces"
    }
    return "is not YAML: " + [context, problem].compactMap(\.self).joined(separator: ", ")
  }

  private func line(_ number: Int, of text: String) -> Substring {
    let lines = text.split(
      maxSplits: number, omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return lines.indices.contains(number - 1) ? lines[number - 1] : ""
  }

  private func lineNumber(_ offset: Int?, _ text: String) -> Int {
    text.prefix(offset ?? 0).count(where: \.isNewline) + 1
  }

  private func failure(_ line: Int, _ text: String) -> Failure {
    .usage("\(file):\(line): \(text)")
  }
}
