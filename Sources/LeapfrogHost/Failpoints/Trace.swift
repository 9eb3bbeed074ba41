import Glibc

/// Writes the name of each failpoint that is passed to the file that `LEAPFROG_FAILPOINTS_TRACE`
/// names, so that a test knows every one there is on a way and leaves none out.
struct Trace: Sendable {
  static let shared = getenv("LEAPFROG_FAILPOINTS_TRACE").map { Trace(path: String(cString: $0)) }

  let path: String

  func note(_ name: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    defer { close(file) }
    let line = Array("\(name)\n".utf8)
    _ = write(file, line, line.count)
  }
}
