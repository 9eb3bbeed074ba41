import Glibc
import LeapfrogCore

/// A program that leapfrog calls, by any of its names, and the Debian package that brings it.
struct Tool: Hashable, Sendable {
  var names: [String]
  var package: String

  init(_ names: String..., package: String) {
    (self.names, self.package) = (names, package)
  }

  /// The file of the first of its names that the host has.
  ///
  /// - Throws: `Failure` that says how to install it.
  func find() throws -> String {
    let path = getenv("PATH").map { String(cString: $0) }
    for name in names {
      if let file = try? Program.find(name, path: path, directory: "/") { return file }
    }
    throw Failure.failed("\(names[0]) is not installed", remedy: "apt-get install \(package)")
  }
}
