/// Finds the name that was probably meant.
public enum Nearest {
  /// The candidate that is close enough to be a slip of the finger; nil when none is.
  public static func match(_ name: String, among candidates: [String]) -> String? {
    guard name.utf8.count <= 64, let best = sorted(candidates, by: name).first else { return nil }
    return distance(name, best) <= max(2, name.count / 3) ? best : nil
  }

  /// The candidates, the most alike first; alike ones stay in their order.
  static func sorted(_ candidates: [String], by name: String) -> [String] {
    let short = String(name.prefix(64))
    let ranked = candidates.enumerated().map { index, candidate in
      (distance(short, candidate), index, candidate)
    }
    return ranked.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }

  /// Letters to insert, remove or replace to get from one to the other.
  static func distance(_ one: String, _ other: String) -> Int {
    let columns = Array(other)
    var row = Array(0...columns.count)
    for (index, letter) in one.enumerated() {
      var diagonal = index
      row[0] = index + 1
      for column in columns.indices {
        let change = diagonal + (columns[column] == letter ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(change, diagonal + 1, row[column] + 1)
      }
    }
    return row[columns.count]
  }
}
