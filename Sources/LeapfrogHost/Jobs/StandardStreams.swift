import Glibc
import LeapfrogCore

/// Where a process says what nobody asked it.
public enum StandardError {
  /// Prints one line, marked with the program's name, its control characters escaped. What cannot be printed
  /// is dropped.
  public static func print(_ text: String) {
    put("leapfrog-host: \(text.visible)\n", to: STDERR_FILENO)
  }
}

/// Where a process answers people.
public enum StandardOutput {
  /// Prints one line, its control characters escaped. What cannot be printed is dropped.
  public static func print(_ text: String) { put(text.visible + "\n", to: STDOUT_FILENO) }

  /// Prints a value as JSON, on one line.
  public static func print(json value: some Encodable) throws {
    put(try Wire.visible(value) + "\n", to: STDOUT_FILENO)
  }
}

private func put(_ text: String, to descriptor: Int32) {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let count = retrying { rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } }
    guard count > 0 else { return }
    rest = rest.dropFirst(count)
  }
}
