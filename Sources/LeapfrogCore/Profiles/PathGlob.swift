/// A pattern for whole paths: `*` is anything, slashes and nothing too; every other byte is itself.
struct PathGlob {
  private let pattern: [UInt8]

  init(_ pattern: String) {
    self.pattern = Array(pattern.utf8)
  }

  /// Whether the whole path is what the pattern says, in time linear in both for each star.
  func matches(_ path: String) -> Bool {
    let path = Array(path.utf8)
    var (at, next) = (0, 0)
    var retry: (star: Int, at: Int)?
    while at < path.count {
      if next < pattern.count, pattern[next] == Self.star {
        retry = (next, at)
        next += 1
      } else if next < pattern.count, pattern[next] == path[at] {
        (at, next) = (at + 1, next + 1)
      } else if let last = retry {
        // The last star takes one byte more; no star before it can make a difference.
        retry = (last.star, last.at + 1)
        (at, next) = (last.at + 1, last.star + 1)
      } else {
        return false
      }
    }
    return pattern[next...].allSatisfy { $0 == Self.star }
  }

  private static let star = UInt8(ascii: "*")
}
