import Glibc
import LeapfrogCore

/// A file that nobody but root and leapfrog's own account can have written or put in its place: every
/// directory and every link that leads to it is theirs, too.
enum TrustedFile {
  /// The file's contents.
  ///
  /// - Parameters:
  ///   - path: absolute, or below the directory.
  ///   - directory: where the way begins; that itself is trusted.
  ///   - limit: how many bytes the file may have.
  /// - Throws: `Failure` that names the first part of the way that is not to be trusted.
  static func read(_ path: String, from directory: String = "/", atMost limit: Int = 1 << 20)
    throws -> [UInt8]
  {
    let file = try open(path, from: directory, .file)
    guard let size = FileStatus(file)?.size, size <= limit else {
      throw Failure.failed("\(path) is larger than \(limit) bytes")
    }
    return try Files.readAll(file, size: Int(size), path: path)
  }

  /// The names in a directory that is trusted likewise, sorted by their bytes.
  static func names(in path: String) throws -> [String] {
    _ = try open(path, from: "/", .directory)
    // Nobody else can exchange what was looked at.
    return try Files.names(in: path)
  }

  private static func open(_ path: String, from directory: String, _ kind: FileStatus.Kind) throws
    -> Descriptor
  {
    var walk = try TrustedWalk(to: path, from: directory)
    while let name = walk.rest.popLast() {
      let whole = walk.path(of: name)
      guard let status = FileStatus(name, in: walk.here.number) else {
        throw Failure.system("look at", whole)
      }
      try verify(status, whole, for: path)
      switch status.kind {
      case .link: try walk.follow(name)
      case .directory where !walk.rest.isEmpty || kind == .directory: try walk.enter(name)
      case .file where walk.rest.isEmpty && kind == .file:
        return try Descriptor(opening: name, in: walk.here, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      default:
        throw Failure.failed("\(whole) is not a \(walk.rest.isEmpty ? kind.word : "directory")")
      }
    }
    guard kind == .directory else { throw Failure.failed("\(path) is not a file") }
    return walk.end()
  }

  /// A link has no mode of its own: who may put another in its place, the directory says.
  private static func verify(_ status: FileStatus, _ part: String, for path: String) throws {
    let isOurs = status.owner == 0 || status.owner == geteuid()
    guard !isOurs || (status.kind != .link && status.mode & 0o022 != 0) else { return }
    let why =
      isOurs
      ? "can be written by others than its owner"
      : "belongs to \(JobUser.label(status.owner))"
    throw Failure.failed(
      "\(part) \(why), and the file and every directory above it have to be root's alone where it does "
        + "not lie below the site's data", remedy: remedy(status, part, isOurs, path))
  }

  /// A directory that belongs to others may have to: only the file itself is changed in its place.
  private static func remedy(
    _ status: FileStatus, _ part: String, _ isOurs: Bool, _ path: String
  ) -> String {
    guard status.kind == .file else {
      return "install -D -m 600 \(path) /etc/leapfrog/\(Files.name(of: path))"
    }
    return isOurs ? "chmod go-w \(part)" : "chown root \(part)"
  }
}

/// The way to a file, a directory at a time.
private struct TrustedWalk: ~Copyable {
  /// How many links are followed.
  private static let mostLinks = 40

  /// Where the walk began, and where it is.
  private let start: String
  private(set) var here: Descriptor
  private var place: String
  /// The parts of the way that are left, the next one last.
  var rest: [String]
  private var links = 0

  init(to path: String, from directory: String) throws {
    (start, place, rest) = (directory, directory, Self.parts(of: path))
    here = try Descriptor(opening: directory, O_RDONLY | O_DIRECTORY)
  }

  func path(of name: String) -> String { place == "/" ? "/\(name)" : "\(place)/\(name)" }

  mutating func enter(_ name: String) throws {
    place = name == ".." ? Files.parent(of: place) : path(of: name)
    here = try Descriptor(opening: name, in: here, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  }

  /// A link may lead out of where the walk began, so only one from the root is followed.
  mutating func follow(_ name: String) throws {
    links += 1
    guard links <= Self.mostLinks, start == "/" else {
      throw Failure.failed("\(path(of: name)) is a link, which is not followed")
    }
    let target = try target(of: name)
    if target.hasPrefix("/") {
      place = "/"
      here = try Descriptor(opening: "/", O_RDONLY | O_DIRECTORY)
    }
    rest += Self.parts(of: target)
  }

  consuming func end() -> Descriptor { here }

  private func target(of name: String) throws -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let number = here.number
    let count = try system("read the link", path(of: name)) {
      readlinkat(number, name, &buffer, buffer.count - 1)
    }
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func parts(of path: String) -> [String] {
    path.split(separator: "/").filter { $0 != "." }.reversed().map(String.init)
  }
}

extension FileStatus.Kind {
  fileprivate var word: String { self == .directory ? "directory" : "file" }
}
