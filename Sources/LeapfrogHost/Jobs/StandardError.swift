import Glibc

/// Where a process says what nobody asked it.
public enum StandardError {
  /// Prints one line, marked with the program's name. What cannot be printed is dropped.
  public static func print(_ text: String) {
    let bytes = Array("leapfrog-host: \(text)\n".utf8)
    retrying { write(STDERR_FILENO, bytes, bytes.count) }
  }
}
