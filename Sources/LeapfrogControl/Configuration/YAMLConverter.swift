import LeapfrogCore
import Yams

/// Turns Yams' nodes into values: aliases in their places, `<<` merged, keys that are written twice
/// noted.
struct YAMLConverter {
  /// Aliases can make a small file expand without bounds.
  private static let mostValues = 300_000

  private let mistakes: Mistakes
  private var left = mostValues

  /// The value of the file's root.
  ///
  /// - Throws: `Failure` when it expands to more values than any configuration has.
  static func value(of root: Node, file: String, mistakes: Mistakes) throws -> YAMLValue {
    var converter = YAMLConverter(mistakes: mistakes)
    do {
      return try converter.convert(root)
    } catch is TooLarge {
      throw Failure.usage(
        "\(file):1: the file holds more than \(mostValues) values, aliases counted where they stand"
      )
    }
  }

  private init(mistakes: Mistakes) {
    self.mistakes = mistakes
  }

  private mutating func convert(
    _ node: Node, path: String = ""
  ) throws -> YAMLValue {
    left -= 1
    guard left > 0 else { throw TooLarge() }
    let content: YAMLValue.Content =
      switch node {
      case .scalar(let scalar): content(of: scalar)
      case .sequence(let sequence): .list(try items(sequence, path))
      case .mapping(let mapping): .mapping(try entries(mapping, path))
      case .alias: .nothing
      }
    return YAMLValue(line: node.mark?.line ?? 1, content: content)
  }

  private struct TooLarge: Error {}

  private func content(of scalar: Node.Scalar) -> YAMLValue.Content {
    let isPlain = scalar.style == .plain && scalar.tag.rawValue != Tag.Name.str.rawValue
    return isPlain ? .init(plain: scalar.string) : .scalar(scalar.string, .text)
  }

  private mutating func items(_ sequence: Node.Sequence, _ path: String) throws -> [YAMLValue] {
    var result: [YAMLValue] = []
    for (index, node) in sequence.enumerated() {
      result.append(try convert(node, path: "\(path)[\(index)]"))
    }
    return result
  }

  private mutating func entries(_ mapping: Node.Mapping, _ path: String) throws -> [YAMLValue.Entry]
  {
    var own: [YAMLValue.Entry] = []
    var merged: [YAMLValue.Entry] = []
    for (key, node) in mapping {
      guard let scalar = key.scalar else {
        mistakes.add(key.mark?.line ?? 1, path, "found a key that is no text; allowed: text")
        continue
      }
      let value = try convert(node, path: DottedPath.join(path, scalar.string))
      if scalar.style == .plain && scalar.string == "<<" {
        merged += merge(value, path)
      } else {
        own.append(.init(key: scalar.string, line: scalar.mark?.line ?? 1, value: value))
      }
    }
    return adding(merged, to: withoutDuplicates(own, path))
  }

  private func merge(_ value: YAMLValue, _ path: String) -> [YAMLValue.Entry] {
    switch value.content {
    case .mapping(let entries): return entries
    case .list(let values): return values.flatMap { merge($0, path) }
    default:
      let text = "found \(value.found); allowed: a mapping, or a list of mappings"
      mistakes.add(value.line, DottedPath.join(path, "<<"), text)
      return []
    }
  }

  /// What a mapping says itself wins over what it merges, and what is merged first over the rest.
  private func adding(
    _ merged: [YAMLValue.Entry], to own: [YAMLValue.Entry]
  ) -> [YAMLValue.Entry] {
    var known = Set(own.map(\.key))
    return own + merged.filter { known.insert($0.key).inserted }
  }

  private func withoutDuplicates(
    _ entries: [YAMLValue.Entry], _ path: String
  ) -> [YAMLValue.Entry] {
    entries.filter { entry in
      guard let key = DuplicateKey.original(entry.key) else { return true }
      let kept = entries.last { $0.key == key }
      let line = kept?.line ?? entry.line
      let keyPath = DottedPath.join(path, key)
      mistakes.add(line, keyPath, "the key is on line \(entry.line) already; remove one of the two")
      return false
    }
  }
}
