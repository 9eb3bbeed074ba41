import Glibc
import LeapfrogCore

/// Where the configuration file is, and its text.
enum ConfigurationFile {
  private static let largest = 4 << 20

  /// The text of a file.
  ///
  /// - Throws: `Failure` of kind `usage` where it cannot be read, is too large or is not UTF-8.
  static func text(of path: String) throws -> String {
    let bytes = try bytes(of: path)
    guard bytes.count <= largest else {
      throw Failure.usage("\(Printable.text(path)) is larger than 4 MB")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let line = firstInvalidLine(bytes)
      throw Failure.usage("\(Printable.text(path)):\(line): the text is not UTF-8")
    }
    return text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
  }

  /// The directory of a file, absolute.
  static func directory(of path: String) -> String {
    let absolute = path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)"
    guard let slash = absolute.lastIndex(of: "/"), slash > absolute.startIndex else { return "/" }
    return String(absolute[..<slash])
  }

  private static var workingDirectory: String {
    guard let buffer = getcwd(nil, 0) else { return "." }
    defer { free(buffer) }
    return String(cString: buffer)
  }

  private static func bytes(of path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while result.count <= largest {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path, errno) }
      if count == 0 { break }
      result += buffer[..<count]
    }
    return result
  }

  private static func unreadable(_ path: String, _ number: Int32) -> Failure {
    let reason = number == EISDIR ? "it is a directory" : String(cString: strerror(number))
    return .usage("the configuration \(Printable.text(path)) cannot be read: \(reason)")
  }

  private static func firstInvalidLine(_ bytes: [UInt8]) -> Int {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
    return (index ?? 0) + 1
  }
}
