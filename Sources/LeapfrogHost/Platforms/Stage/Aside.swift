import Glibc
import LeapfrogCore

/// Takes files out of a platform that may be somebody's work, and keeps them for a while under
/// `.leapfrog/aside/<platform>-<time>/` with the path that they had.
final class Aside {
  private let layout: Layout
  private let platform: PlatformName
  private var chain: DirectoryChain?

  init(_ layout: Layout, _ platform: PlatformName) {
    self.layout = layout
    self.platform = platform
  }

  /// Moves what has the path away from the open directory that it lies in.
  func move(_ path: UnsafeRawBufferPointer, from directory: Int32) throws {
    let target = try opened().madeDirectory(of: path)
    guard let name = path.lastPart else { return }
    let result = retrying { renameat(directory, name, target, name) }
    guard result == 0 || errno == ENOENT else {
      throw Failure.system("set aside", "\(layout.platform(platform))/\(path.text)")
    }
  }

  private func opened() throws -> DirectoryChain {
    if let chain { return chain }
    let chain = try DirectoryChain(try makeDirectory(), mode: 0o700)
    self.chain = chain
    return chain
  }

  private func makeDirectory() throws -> String {
    let first = "\(layout.aside)/\(platform)-\(Stamp.text(of: time(nil)))"
    var path = first
    var number = 2
    while Files.exists(path) {
      path = "\(first)-\(number)"
      number += 1
    }
    try Files.makeDirectories(path, mode: 0o700)
    return path
  }

  // MARK: Retention

  /// Deletes what was set aside more than so many days ago, oldest first, and returns the names.
  ///
  /// - Parameter kept: names that stay whatever their age.
  static func prune(
    _ layout: Layout, olderThan days: Int, keeping kept: Set<String> = []
  ) throws -> [String] {
    let limit = Stamp.text(of: time(nil) - max(0, min(days, 36500)) * 86400)
    let old = try Files.names(in: layout.aside)
      .compactMap { name in stamp(ofName: name).map { (stamp: $0, name: name) } }
      .filter { $0.stamp < limit && !kept.contains($0.name) }
      .sorted { ($0.stamp, $0.name) < ($1.stamp, $1.name) }
    for (_, name) in old { try TreeRemoval.remove(name, in: layout.aside) }
    return old.map(\.name)
  }

  /// The time in a name: `<platform>-<time>` of strays, `<time>-<random>` of a site's failed state;
  /// nil for a name that was not made by leapfrog.
  private static func stamp(ofName name: String) -> String? {
    name.split(separator: "-").prefix(2).first { Stamp.isStamp($0) }.map(String.init)
  }
}

/// A time as a name that sorts: `20260131T235959Z`, UTC.
enum Stamp {
  static func text(of time: time_t) -> String {
    var time = time
    var parts = tm()
    gmtime_r(&time, &parts)
    let date = padded(Int(parts.tm_year) + 1900, 4) + padded(Int(parts.tm_mon) + 1, 2)
    let day = date + padded(Int(parts.tm_mday), 2)
    return day + "T" + padded(Int(parts.tm_hour), 2) + padded(Int(parts.tm_min), 2)
      + padded(Int(parts.tm_sec), 2) + "Z"
  }

  static func isStamp(_ text: some StringProtocol) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else {
      return false
    }
    return (bytes[..<8] + bytes[9..<15]).allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
