import Glibc
import LeapfrogCore

/// A directory that is open for listing and for what is in it.
struct OpenDirectory: ~Copyable {
  private let stream: OpaquePointer
  private let path: String

  /// Opens a directory; a link is not followed.
  init(_ path: String) throws {
    try self.init(Descriptor(opening: path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path: path)
  }

  /// Opens a directory in an open one; a link is not followed.
  init(_ name: UnsafePointer<CChar>, in parent: Int32, path: @autoclosure () -> String) throws {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    let number = retrying { openat(parent, name, flags) }
    guard number != -1 else { throw Failure.system("open", path()) }
    try self.init(Descriptor(adopting: number), path: path())
  }

  private init(_ descriptor: consuming Descriptor, path: String) throws {
    let number = descriptor.take()
    guard let stream = fdopendir(number) else {
      close(number)
      throw Failure.system("list", path)
    }
    self.stream = stream
    self.path = path
  }

  var number: Int32 { dirfd(stream) }

  /// What is in the directory, in the order of a tree.
  func list() throws -> Listing {
    var listing = Listing()
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      listing.append(entry, in: number)
    }
    guard errno == 0 else { throw Failure.system("list", path) }
    listing.sort()
    return listing
  }

  /// Whether nothing is in it.
  func isEmpty() throws -> Bool { try list().items.isEmpty }

  deinit { closedir(stream) }
}

/// The names in a directory, each followed by a zero byte, sorted as the paths of a tree are: by
/// bytes, a directory as if a slash ended its name.
struct Listing {
  struct Item {
    var offset: Int32
    var length: Int32
    var isDirectory: Bool
  }

  private(set) var names: [UInt8] = []
  private(set) var items: [Item] = []

  /// Lends an item's name; a zero byte follows it.
  func lend<Value>(
    _ item: Item, _ body: (UnsafeRawBufferPointer) throws -> Value
  ) rethrows -> Value {
    try names.withUnsafeBytes { buffer in
      let start = Int(item.offset)
      let end = start + Int(item.length)
      return try body(UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
    }
  }

  fileprivate mutating func append(_ entry: UnsafeMutablePointer<dirent>, in directory: Int32) {
    guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return }
    let start = UnsafeRawPointer(entry) + offset
    let name = start.assumingMemoryBound(to: CChar.self)
    let length = strlen(name)
    if name[0] == 0x2E, length == 1 || (length == 2 && name[1] == 0x2E) { return }
    let isDirectory = Self.isDirectory(entry, name, in: directory)
    items.append(
      Item(offset: Int32(names.count), length: Int32(length), isDirectory: isDirectory))
    names.append(contentsOf: UnsafeRawBufferPointer(start: start, count: length + 1))
  }

  /// Some file systems do not tell in the listing.
  private static func isDirectory(
    _ entry: UnsafeMutablePointer<dirent>, _ name: UnsafePointer<CChar>, in directory: Int32
  ) -> Bool {
    switch Int(entry.pointee.d_type) {
    case Int(DT_UNKNOWN): FileStatus(name, in: directory)?.kind == .directory
    case let type: type == Int(DT_DIR)
    }
  }

  fileprivate mutating func sort() {
    names.withUnsafeBytes { buffer in
      items.sort { Self.precedes($0, $1, in: buffer) }
    }
  }

  private static func precedes(_ one: Item, _ other: Item, in buffer: UnsafeRawBufferPointer)
    -> Bool
  {
    guard let base = buffer.baseAddress else { return false }
    let common = min(one.length, other.length)
    let difference = memcmp(base + Int(one.offset), base + Int(other.offset), Int(common))
    if difference != 0 { return difference < 0 }
    return ending(one, at: common, in: buffer) < ending(other, at: common, in: buffer)
  }

  private static func ending(_ item: Item, at index: Int32, in buffer: UnsafeRawBufferPointer)
    -> UInt8
  {
    if index < item.length { return buffer[Int(item.offset + index)] }
    return item.isDirectory ? UInt8(ascii: "/") : 0
  }
}
