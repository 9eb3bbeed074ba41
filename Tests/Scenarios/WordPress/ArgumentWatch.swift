import Foundation
import Synchronization

/// Looks at the arguments of every process of the machine until it is stopped, for texts that none may
/// have.
final class ArgumentWatch: Sendable {
  private struct State {
    var found: Set<String> = []
    var rounds = 0
    var isStopped = false
  }

  private let texts: [String]
  private let state = Mutex(State())
  private let ended = DispatchSemaphore(value: 0)

  init(for texts: [String]) {
    self.texts = texts
    let thread = Thread { [self] in
      while !state.withLock({ $0.isStopped }) {
        look()
        usleep(1000)
      }
      ended.signal()
    }
    thread.start()
  }

  /// Ends it.
  ///
  /// - Returns: the command lines that had one of the texts, and how often it looked.
  func stop() -> (found: Set<String>, rounds: Int) {
    state.withLock { $0.isStopped = true }
    ended.wait()
    return state.withLock { ($0.found, $0.rounds) }
  }

  private func look() {
    for line in Self.commandLines() where texts.contains(where: { line.contains($0) }) {
      state.withLock { _ = $0.found.insert(line) }
    }
    state.withLock { $0.rounds += 1 }
  }

  private static func commandLines() -> [String] {
    guard let directory = opendir("/proc") else { return [] }
    defer { closedir(directory) }
    var lines: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.first?.isNumber == true, let line = text(of: "/proc/\(name)/cmdline") else {
        continue
      }
      lines.append(line)
    }
    return lines
  }

  private static func text(of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
