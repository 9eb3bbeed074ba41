import Glibc
import LeapfrogCore

/// The end of a command's output, fit to be shown: a terminal must not obey what an app prints.
enum OutputTail {
  /// The last lines of a file; empty when there is none. At most the last 64 KiB are looked at.
  static func lines(_ count: Int, of path: String) -> String {
    let lines = clean(lastBytes(64 << 10, of: path)).split(
      separator: "\n", omittingEmptySubsequences: true)
    return lines.suffix(max(0, count)).joined(separator: "\n")
  }

  /// Text with control characters, and those that turn the direction of writing, replaced. Back quotes too:
  /// between them messages have commands of leapfrog's.
  static func clean(_ bytes: some Collection<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if scalar == "\n", text.last == "\r" { text.removeLast() }
      text.append(scalar)
    }
    return String(
      String.UnicodeScalarView(
        text.map { $0 == "`" ? "'" : isHarmless($0) ? $0 : "\u{FFFD}" }))
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: true
    default: scalar.isVisible
    }
  }

  private static func lastBytes(_ limit: Int, of path: String) -> [UInt8] {
    guard let file = try? Descriptor(opening: path, O_RDONLY | O_NOFOLLOW) else { return [] }
    let size = FileStatus(file)?.size ?? 0
    var bytes = [UInt8](repeating: 0, count: limit)
    let number = file.number
    let count = retrying { pread(number, &bytes, limit, off_t(max(0, size - Int64(limit)))) }
    return Array(bytes.prefix(max(0, count)))
  }
}
