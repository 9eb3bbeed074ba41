import Glibc
import LeapfrogCore

/// The file operations that leapfrog builds on. Each names its path in the error it throws, and
/// what is said to last has been fsynced.
enum Files {
  /// Whether something, a dangling link included, has that path. What may not be looked at is not missing: it
  /// counts as there, so that its use reports that permission is denied.
  static func exists(_ path: String) -> Bool {
    FileStatus(path) != nil || [EACCES, EPERM, EIO].contains(errno)
  }

  /// The whole file.
  static func read(_ path: String, atMost limit: Int = 256 << 20) throws -> [UInt8] {
    let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW)
    let size = FileStatus(file)?.size ?? 0
    guard size <= limit else { throw Failure.failed("\(path) is larger than \(limit) bytes") }
    return try readAll(file, size: Int(size), path: path)
  }

  /// Replaces a file: written beside it, fsynced, renamed, and the directory fsynced. It has that mode,
  /// whatever the umask.
  static func write(_ bytes: some Collection<UInt8>, to path: String, mode: mode_t = 0o600) throws {
    // As for links: no domain and no site is called so.
    let temporary = temporaryName(path)
    do {
      let file = try Descriptor(
        opening: temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: mode)
      try system("set the mode of", temporary) { fchmod(file.number, mode) }
      try writeAll(Array(bytes), to: file, path: temporary)
      try system("sync", temporary) { fsync(file.number) }
    }
    try rename(temporary, to: path)
  }

  /// Writes a file that is not there yet and fsyncs it; its name lasts with the next fsync of the
  /// directory.
  static func create(_ bytes: [UInt8], at path: String, mode: mode_t = 0o600) throws {
    let file = try Descriptor(
      opening: path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
    try writeAll(bytes, to: file, path: path)
    try system("sync", path) { fsync(file.number) }
  }

  /// Renames, and fsyncs the directory of the new name.
  static func rename(_ path: String, to other: String) throws {
    try system("rename", path) { Glibc.rename(path, other) }
    try sync(directory: parent(of: other))
  }

  /// Makes a directory with exactly that mode, whatever the umask: a web server has to read some of
  /// ours. One that is there already is left as it is.
  static func makeDirectory(_ path: String, mode: mode_t = 0o755) throws {
    if mkdir(path, mode) == 0 {
      try system("set the mode of", path) { chmod(path, mode) }
      return try sync(directory: parent(of: path))
    }
    guard errno == EEXIST else { throw Failure.system("make the directory", path) }
    guard FileStatus(path)?.kind == .directory else {
      throw Failure.failed("\(path) is not a directory")
    }
  }

  /// Makes a directory and those above it that are missing.
  static func makeDirectories(_ path: String, mode: mode_t = 0o755) throws {
    if FileStatus(following: path)?.kind == .directory { return }
    let above = parent(of: path)
    if above != path { try makeDirectories(above, mode: mode) }
    try makeDirectory(path, mode: mode)
  }

  /// Fsyncs a directory, so that the names in it last.
  static func sync(directory path: String) throws {
    let directory = try Descriptor(opening: path, O_RDONLY | O_DIRECTORY)
    try system("sync", path) { fsync(directory.number) }
  }

  /// Where a symbolic link points; nil when there is no link of that path.
  static func target(ofLink path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink(path, &buffer, buffer.count - 1)
    guard count >= 0 else { return nil }
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Points a symbolic link somewhere else in one `rename(2)`, or makes it.
  static func replaceLink(_ path: String, target: String) throws {
    try prepareLink(path, target: target)
    try rename(temporaryName(path), to: path)
  }

  /// The first half of `replaceLink`: the new link under its temporary name.
  static func prepareLink(_ path: String, target: String) throws {
    let temporary = temporaryName(path)
    try remove(temporary)
    try system("make the link", temporary) { symlink(target, temporary) }
  }

  /// The name that a link has before it is renamed into place; never a domain or a site.
  static func temporaryName(_ path: String) -> String { "\(path)~new" }

  /// Removes a file or link; nothing there is fine.
  static func remove(_ path: String) throws {
    if unlink(path) == 0 || errno == ENOENT { return }
    throw Failure.system("remove", path)
  }

  /// Removes a file or link and makes that last.
  static func removeForGood(_ path: String) throws {
    try remove(path)
    try sync(directory: parent(of: path))
  }

  /// Removes a directory that has nothing in it; says whether it did.
  static func removeDirectoryIfEmpty(_ path: String) -> Bool {
    rmdir(path) == 0
  }

  /// The names in a directory, sorted by their bytes; empty when there is no such directory.
  static func names(in path: String) throws -> [String] {
    guard let stream = opendir(path) else {
      if errno == ENOENT { return [] }
      throw Failure.system("list", path)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The path without links in it.
  static func realPath(_ path: String) throws -> String {
    guard let found = realpath(path, nil) else { throw Failure.system("look at", path) }
    defer { free(found) }
    return String(cString: found)
  }

  /// The directory part of a path.
  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last part of a path.
  static func name(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return path }
    return String(path[path.index(after: slash)...])
  }

  /// Free space for an ordinary user where the path is, in bytes.
  static func freeSpace(at path: String) throws -> Int64 {
    var info = statvfs()
    try system("ask for the free space of", path) { statvfs(path, &info) }
    return Int64(
      clamping: UInt64(info.f_bavail).multipliedReportingOverflow(by: UInt64(info.f_frsize))
        .partialValue)
  }

  /// Writes every byte.
  static func writeAll(_ bytes: [UInt8], to file: borrowing Descriptor, path: String) throws {
    let number = file.number
    try bytes.withUnsafeBytes { buffer in
      try writeAll(buffer, to: number, path: path)
    }
  }

  /// Writes every byte of a buffer.
  static func writeAll(_ buffer: UnsafeRawBufferPointer, to number: Int32, path: String) throws {
    var rest = buffer
    while !rest.isEmpty {
      let count = try system("write", path) { Glibc.write(number, rest.baseAddress, rest.count) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Everything from where an open file is read to its end; `size` is how much is expected.
  static func readAll(_ file: borrowing Descriptor, size: Int, path: String) throws
    -> [UInt8]
  {
    let number = file.number
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: max(4096, size + 1))
    while true {
      let count = try system("read", path) { Glibc.read(number, &chunk, chunk.count) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
    }
  }
}
