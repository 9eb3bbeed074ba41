import Glibc
import LeapfrogCore

/// The paths that a stage changed, so that they can be made to last before the manifest says so.
final class Changes {
  /// Above this, one `syncfs(2)` is cheaper than an `fsync(2)` for each file and directory.
  static let few = 32

  private var paths: [PathSpan] = []
  private(set) var count = 0

  /// Takes note of a path that was written, removed or moved.
  func note(_ path: PathSpan) {
    count += 1
    if count <= Self.few { paths.append(path) }
  }

  /// Makes every change last.
  func sync(_ root: String, _ pool: PathPool) throws {
    guard count <= Self.few else { return try Self.syncAll(root) }
    let chain = try DirectoryChain(root)
    var directories: Set<[UInt8]> = []
    for path in paths {
      try pool.lend(path) { try Self.syncFile($0, chain) }
      Self.add(pool.copy(path), to: &directories)
    }
    for directory in directories { try Self.syncDirectory(directory, chain, root) }
  }

  /// Makes everything on the file system of a directory last.
  static func syncAll(_ root: String) throws {
    let directory = try Descriptor(opening: root, O_RDONLY | O_DIRECTORY)
    let number = directory.number
    try system("sync the file system of", root) { syncFileSystem(number) }
  }

  /// A directory may be new in the one above it, so all of them count.
  private static func add(_ path: [UInt8], to directories: inout Set<[UInt8]>) {
    var rest = path[...]
    while let slash = rest.lastIndex(of: UInt8(ascii: "/")) {
      rest = rest[..<slash]
      guard directories.insert(Array(rest)).inserted else { return }
    }
    directories.insert([])
  }

  private static func syncFile(_ path: UnsafeRawBufferPointer, _ chain: DirectoryChain) throws {
    guard let directory = try chain.directory(of: path), let name = path.lastPart else { return }
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let number = retrying { openat(directory, name, flags) }
    // Removed, or a link, which its directory keeps.
    guard number != -1 else { return }
    let file = Descriptor(adopting: number)
    guard FileStatus(file)?.kind == .file else { return }
    try system("sync", path.text) { fsync(number) }
  }

  private static func syncDirectory(
    _ directory: [UInt8], _ chain: DirectoryChain, _ root: String
  ) throws {
    // The chain opens the directory of a path: any name below it will do.
    let path = directory + (directory.isEmpty ? [] : [UInt8(ascii: "/")]) + [UInt8(ascii: "x")]
    try path.withUnsafeBytes { path in
      guard let number = try chain.directory(of: path) else { return }
      try system("sync", "\(root)/\(path.directory.text)") { fsync(number) }
    }
  }
}

/// `syncfs(2)`, which the headers hide unless GNU extensions are asked for. The C library has it
/// since 2.14; without it everything on the machine is synced.
private func syncFileSystem(_ number: Int32) -> Int32 {
  typealias Call = @convention(c) (Int32) -> Int32
  guard let symbol = dlopen(nil, RTLD_LAZY).flatMap({ dlsym($0, "syncfs") }) else {
    sync()
    return 0
  }
  return unsafeBitCast(symbol, to: Call.self)(number)
}
