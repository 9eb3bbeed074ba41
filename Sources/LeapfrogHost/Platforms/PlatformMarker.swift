import Glibc
import LeapfrogCore

/// The file with its name that each platform has: one look at it tells a web server, which can ask for
/// files but not resolve links, where a domain leads. It is neither the tree's nor the build's.
enum PlatformMarker {
  /// Makes the markers that are missing.
  static func make(_ layout: Layout) throws {
    for platform in PlatformName.allCases {
      guard try !isThere(platform, layout) else { continue }
      try make(path(platform, layout))
      try Files.sync(directory: layout.platform(platform))
    }
  }

  /// - Throws: `Failure` with the command that puts a marker back that is missing.
  static func verify(_ platform: PlatformName, _ layout: Layout) throws {
    guard try !isThere(platform, layout) else { return }
    throw Failure.failed(
      "\(platform.marker) is missing, by which Apache knows the platform",
      remedy: "touch \(path(platform, layout))")
  }

  private static func path(_ platform: PlatformName, _ layout: Layout) -> String {
    "\(layout.platform(platform))/\(platform.marker)"
  }

  private static func isThere(_ platform: PlatformName, _ layout: Layout) throws -> Bool {
    try FileStatus.look(path(platform, layout))?.kind == .file
  }

  private static func make(_ path: String) throws {
    let file = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_NOFOLLOW, mode: 0o644)
    try system("sync", path) { fsync(file.number) }
  }

  /// Whether a path below a platform is that of a marker.
  static func isMarker(_ path: [UInt8]) -> Bool {
    guard path.first == UInt8(ascii: ".") else { return false }
    return names.contains(path)
  }

  private static let names = PlatformName.allCases.map { Array($0.marker.utf8) }
}
