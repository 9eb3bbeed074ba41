/// The names that somebody who typed another one may have meant.
struct NearNames {
  /// How many are shown.
  static let most = 5

  let wanted: String
  /// What to show where nothing resembles.
  let newest: [String]
  let others: [String]

  /// At most five: those that resemble, then the newest.
  var best: [String] {
    let near = others.prefix(5000).compactMap { name in
      distance(to: name).map { (name: name, distance: $0) }
    }
    let sorted = near.sorted { $0.distance < $1.distance }.map(\.name)
    var seen: Set<String> = []
    let distinct = (sorted + newest + others).filter { seen.insert($0).inserted }
    return Array(distinct.prefix(Self.most))
  }

  /// How much a name differs; nil where it does not resemble.
  private func distance(to name: String) -> Int? {
    let (one, other) = (Array(wanted.lowercased().utf8), Array(name.lowercased().utf8))
    guard max(one.count, other.count) <= 100 else { return nil }
    let edits = Self.edits(one, other)
    if edits <= max(1, one.count / 3) { return edits }
    return name.contains(wanted) || wanted.contains(name) ? edits : nil
  }

  /// The Levenshtein distance.
  private static func edits(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var row = Array(0...other.count)
    for (index, byte) in one.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in other.indices {
        let same = diagonal + (byte == other[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(same, diagonal + 1, row[column] + 1)
      }
    }
    return row[other.count]
  }
}
