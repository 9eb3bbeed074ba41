import Foundation
import Glibc

/// Where a program of the system is.
public enum ProgramPath {
  /// The first that can be executed; nil where there is none.
  ///
  /// - Parameter directories: separated by colons; those of this process's `PATH` when nil.
  public static func find(_ name: String, in directories: String? = nil) -> String? {
    let path = directories ?? ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":").lazy.map { "\($0)/\(name)" }.first { candidate in
      var status = stat()
      return stat(candidate, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        && access(candidate, X_OK) == 0
    }
  }
}
