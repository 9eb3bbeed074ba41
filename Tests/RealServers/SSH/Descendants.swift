import Foundation
import Glibc

/// The processes that come from one, as they are right now.
struct Descendants {
  private struct Entry {
    let pid: pid_t
    let parent: pid_t
    let name: String
    let started: UInt64
  }

  private let root: pid_t
  private let children: [pid_t: [Entry]]

  init(of root: pid_t) {
    self.root = root
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let entries = names.compactMap { pid_t($0) }.compactMap(Self.entry)
    children = Dictionary(grouping: entries, by: \.parent)
  }

  /// Those whose program has a name that is asked for, the oldest first.
  func all(_ named: (String) -> Bool) -> [pid_t] {
    var (found, next) = ([Entry](), children[root] ?? [])
    while let entry = next.popLast() {
      found.append(entry)
      next += children[entry.pid] ?? []
    }
    return found.filter { named($0.name) }.sorted { $0.started < $1.started }.map(\.pid)
  }

  private static func entry(_ pid: pid_t) -> Entry? {
    // The name stands in parentheses and may hold some itself.
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[close...].split(separator: " ").dropFirst()
    guard fields.count > 19, fields[fields.startIndex] != "Z",
      let parent = pid_t(fields[fields.startIndex + 1]),
      let started = UInt64(fields[fields.startIndex + 19])
    else { return nil }
    let name = String(text[text.index(after: open)..<close])
    return Entry(pid: pid, parent: parent, name: name, started: started)
  }
}
