import Glibc

/// Checks the paths of a tree, one after the other in the order of their bytes: each stays below
/// its directory, none is git's own, and none lies below a path that is a file.
///
/// It keeps the buffers that it was given, so they must live as long as it does.
public struct TreeShape {
  private var previous: UnsafeRawBufferPointer?
  /// The files before the next path that it begins with, by bytes.
  private var files: [UnsafeRawBufferPointer] = []

  /// The longest path and the longest part of one, in bytes.
  public static let longestPath = 4000
  /// The longest name that file systems take, in bytes.
  public static let longestPart = 255

  /// A check that has seen no path yet.
  public init() {}

  /// What is wrong with the next path; nil when it can be used.
  public mutating func fault(inNext path: UnsafeRawBufferPointer, isFile: Bool) -> String? {
    if let fault = Self.fault(in: path) { return fault }
    if let previous, Self.order(previous, path) >= 0 { return "is not in the order of its bytes" }
    previous = path
    guard isFile else { return nil }
    return faultOfNesting(path)
  }

  /// Less than, equal to or greater than zero, by the bytes of two paths.
  public static func order(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Int {
    guard let left = one.baseAddress, let right = other.baseAddress else {
      return one.count - other.count
    }
    let difference = memcmp(left, right, min(one.count, other.count))
    return difference != 0 ? Int(difference) : one.count - other.count
  }

  /// Whether a path begins with the bytes of another.
  public static func hasPrefix(
    _ path: UnsafeRawBufferPointer, _ prefix: UnsafeRawBufferPointer
  ) -> Bool {
    guard path.count >= prefix.count else { return false }
    return order(UnsafeRawBufferPointer(rebasing: path[..<prefix.count]), prefix) == 0
  }

  private mutating func faultOfNesting(_ path: UnsafeRawBufferPointer) -> String? {
    while let last = files.last, !Self.hasPrefix(path, last) { files.removeLast() }
    for file in files where path[file.count] == Self.slash {
      return "lies below '\(String(decoding: file, as: UTF8.self))', which is a file"
    }
    files.append(path)
    return nil
  }

  private static let slash = UInt8(ascii: "/")

  private static func fault(in path: UnsafeRawBufferPointer) -> String? {
    guard !path.isEmpty else { return "is empty" }
    guard path.count <= longestPath else { return "is longer than \(longestPath) bytes" }
    guard path[0] != slash else { return "is absolute" }
    if isMarker(path) { return "has a name that leapfrog needs for itself" }
    var rest = path
    while true {
      let length = rest.firstIndex(of: slash) ?? rest.count
      let part = UnsafeRawBufferPointer(rebasing: rest[..<length])
      if let fault = fault(inPart: part) { return fault }
      guard length < rest.count else { return nil }
      rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
    }
  }

  private static func fault(inPart part: UnsafeRawBufferPointer) -> String? {
    switch part.count {
    case 0: "has an empty part"
    case 1 where part[0] == UInt8(ascii: "."): "may not contain '.'"
    case 2 where part[0] == UInt8(ascii: ".") && part[1] == part[0]: "may not contain '..'"
    case 4 where isGit(part): "may not contain '.git'"
    case (longestPart + 1)...: "has a part longer than \(longestPart) bytes"
    default: nil
    }
  }

  /// Whether the path is that of a platform's marker, or below it.
  private static func isMarker(_ path: UnsafeRawBufferPointer) -> Bool {
    guard path[0] == UInt8(ascii: ".") else { return false }
    let length = path.firstIndex(of: slash) ?? path.count
    return PlatformName.allCases.contains { path[..<length].elementsEqual($0.marker.utf8) }
  }

  private static func isGit(_ part: UnsafeRawBufferPointer) -> Bool {
    part[0] == UInt8(ascii: ".") && part[1] | 0x20 == UInt8(ascii: "g")
      && part[2] | 0x20 == UInt8(ascii: "i") && part[3] | 0x20 == UInt8(ascii: "t")
  }
}

extension TreeShape {
  /// Checks entries that are already values.
  ///
  /// - Throws: `Failure` naming the first path that cannot be used.
  public static func check(_ entries: [TreeEntry]) throws {
    // One buffer for all, because the shape keeps what it was given.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.reduce(0) { $0 + $1.path.utf8.count })
    for entry in entries { bytes.append(contentsOf: entry.path.utf8) }
    try bytes.withUnsafeBytes { buffer in
      var shape = TreeShape()
      var start = 0
      for entry in entries {
        let end = start + entry.path.utf8.count
        let path = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
        let fault = shape.fault(inNext: path, isFile: entry.mode != nil)
        if let fault { throw Failure.refused("the path '\(entry.path)' of the tree \(fault)") }
        start = end
      }
    }
  }
}
