import Foundation
import Glibc

/// The nameless files that this process has open, as the system shows them.
enum SpoolFile {
  /// Whether one of them holds exactly these bytes.
  static func exists(holding bytes: [UInt8]) -> Bool {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return all.contains { name in
      let path = "/proc/self/fd/\(name)"
      guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path),
        target.contains("/leapfrog-"), target.hasSuffix(" (deleted)"), size(path) == bytes.count
      else { return false }
      return FileManager.default.contents(atPath: path) == Data(bytes)
    }
  }

  private static func size(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Bytes that no other test has.
  static func noise(_ count: Int) -> [UInt8] {
    let file = open("/dev/urandom", O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        filled += max(0, read(file, buffer.baseAddress.map { $0 + filled }, count - filled))
      }
    }
  }
}
