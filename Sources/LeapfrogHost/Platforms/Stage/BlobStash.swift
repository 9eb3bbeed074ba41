import Glibc
import LeapfrogCore

/// Where files of a platform wait that are gone from their path but whose contents are wanted at
/// another. What an interrupted stage left there is a source for the next.
final class BlobStash {
  private let path: String
  private let directory: Descriptor
  private var ids: Set<ObjectID>

  init(_ layout: Layout, _ platform: PlatformName) throws {
    path = "\(layout.own)/\(platform).stash"
    try Files.makeDirectory(path, mode: 0o700)
    directory = try Descriptor(opening: path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    ids = Set(try Files.names(in: path).compactMap { ObjectID($0) })
  }

  var number: Int32 { directory.number }

  func contains(_ id: ObjectID) -> Bool { ids.contains(id) }

  /// Moves a file there; the move replaces one with the same contents.
  func take(_ name: UnsafePointer<CChar>, in parent: Int32, _ id: ObjectID) throws {
    let number = directory.number
    let result = retrying { renameat(parent, name, number, id.hex) }
    guard result == 0 || errno == ENOENT else {
      throw Failure.system("move", String(cString: name))
    }
    ids.insert(id)
  }

  /// Removes everything.
  static func remove(_ layout: Layout, _ platform: PlatformName) throws {
    try TreeRemoval.remove("\(platform).stash", in: layout.own)
  }
}
