import Glibc
import LeapfrogCore

extension Failure {
  /// A system call that failed: what was tried, on what, and the system's own word for why.
  static func system(_ what: String, _ path: String, errno code: Int32 = errno) -> Failure {
    switch code {
    case EACCES where path.hasPrefix("/"):
      let denial = Denial(path: path)
      return .failed(
        "cannot \(what) \(path): permission denied; \(denial.description)",
        remedy: "ls -ld \(denial.closed)")
    case ENOSPC:
      return .failed(
        "cannot \(what) \(path): \(String(cString: strerror(code)))",
        remedy: "df -h \(Files.parent(of: path))")
    default: return .failed("cannot \(what) \(path): \(String(cString: strerror(code)))")
    }
  }
}

/// Runs a call that answers -1 and sets errno, again where a signal interrupted it.
@discardableResult
func retrying<Value: SignedInteger>(_ call: () -> Value) -> Value {
  while true {
    let value = call()
    if value != -1 || errno != EINTR { return value }
  }
}

/// Runs a call that answers -1 on failure, and throws what it was about.
@discardableResult
func system<Value: SignedInteger>(
  _ what: String, _ path: String, _ call: () -> Value
) throws -> Value {
  let value = retrying(call)
  guard value != -1 else { throw Failure.system(what, path) }
  return value
}

/// An open file that is closed when its owner goes.
struct Descriptor: ~Copyable {
  let number: Int32

  init(adopting number: Int32) {
    self.number = number
  }

  /// Opens a file; the descriptor is not inherited by children.
  ///
  /// - Throws: `Failure` naming the path.
  init(opening path: String, _ flags: Int32, mode: mode_t = 0o600) throws {
    number = try system("open", path) { open(path, flags | O_CLOEXEC, mode) }
  }

  /// Opens a file in an open directory.
  init(
    opening name: String, in directory: borrowing Descriptor, _ flags: Int32, mode: mode_t = 0o600
  )
    throws
  {
    let parent = directory.number
    number = try system("open", name) { openat(parent, name, flags | O_CLOEXEC, mode) }
  }

  /// Gives the number away; the caller closes it.
  consuming func take() -> Int32 {
    let number = self.number
    discard self
    return number
  }

  deinit { close(number) }
}
