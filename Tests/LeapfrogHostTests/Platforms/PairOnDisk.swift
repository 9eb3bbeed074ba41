import Foundation
import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// A pair in a temporary directory, and trees made of texts, to stage on it.
final class PairOnDisk: Sendable {
  let layout: Layout

  init() throws {
    var name = Array("/tmp/leapfrog-test-XXXXXX".utf8CString)
    let made = mkdtemp(&name).map { String(cString: $0) }
    layout = Layout(root: try #require(made))
    for (path, mode) in layout.directories { try Files.makeDirectories(path, mode: mode) }
  }

  deinit {
    try? TreeRemoval.remove(Files.name(of: layout.root), in: Files.parent(of: layout.root))
  }

  /// Stages a tree to its end as a controller does, and says how many blobs had to be sent.
  @discardableResult
  func stage(
    _ tree: Tree, on platform: PlatformName = .blue, base: Tree? = nil, build: Command = .none
  ) throws -> (staged: Staged, sent: Int, drift: Drift) {
    let stage = self.stage(of: tree, on: platform, build: build)
    var needs = try stage.begin(entries: tree.entries(since: base), base: base?.commit)
    if needs.wantsWholeTree { needs = try stage.begin(entries: tree.entries(), base: nil) }
    for id in needs.blobs { try stage.receive(id, tree) }
    return (try stage.finish(), needs.blobs.count, needs.drift)
  }

  func stage(of tree: Tree, on platform: PlatformName = .blue, build: Command = .none) -> Stage {
    Stage(layout: layout, platform: platform, ref: "main", commit: tree.commit, build: build)
  }

  func path(_ path: String, on platform: PlatformName = .blue) -> String {
    "\(layout.platform(platform))/\(path)"
  }

  func write(_ text: String, _ path: String, on platform: PlatformName = .blue) throws {
    let path = self.path(path, on: platform)
    try Files.makeDirectories(Files.parent(of: path))
    let file = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
    try Files.writeAll(Array(text.utf8), to: file, path: path)
  }

  func remove(_ path: String, on platform: PlatformName = .blue) throws {
    let path = self.path(path, on: platform)
    try TreeRemoval.remove(Files.name(of: path), in: Files.parent(of: path))
  }

  func header(of platform: PlatformName = .blue) throws -> PlatformManifest.Header? {
    try PlatformManifest.header(of: platform, in: layout)
  }

  /// What is on a platform, as a tree: every file and link with its contents; other things by kind.
  func contents(of platform: PlatformName = .blue) throws -> [String: Tree.File] {
    try Self.contents(layout.platform(platform), "")
  }

  /// What was set aside, by the path that it had.
  func setAside() throws -> [String: Tree.File] {
    var all: [String: Tree.File] = [:]
    for name in try Files.names(in: layout.aside) {
      all.merge(try Self.contents("\(layout.aside)/\(name)", "")) { first, _ in first }
    }
    return all
  }

  private static func contents(_ root: String, _ prefix: String) throws -> [String: Tree.File] {
    var result: [String: Tree.File] = [:]
    for name in try Files.names(in: "\(root)/\(prefix)") {
      let path = prefix + name
      // A name that is no text cannot be asked for.
      guard let status = FileStatus("\(root)/\(path)") else {
        result[path] = Tree.File(text: "", mode: nil)
        continue
      }
      switch status.kind {
      case .directory: result.merge(try contents(root, "\(path)/")) { first, _ in first }
      case .link: result[path] = .link(Files.target(ofLink: "\(root)/\(path)") ?? "")
      case .file:
        let text = String(decoding: try Files.read("\(root)/\(path)"), as: UTF8.self)
        result[path] = Tree.File(text: text, mode: EntryMode(rawValue: status.mode.tree))
      case .other: result[path] = Tree.File(text: "", mode: nil)
      }
    }
    return result
  }
}

extension mode_t {
  fileprivate var tree: UInt16 { UInt16(truncatingIfNeeded: self) }
}

extension Stage {
  /// Sends a blob of a tree.
  func receive(_ id: ObjectID, _ tree: Tree) throws {
    let text = try #require(tree.files.values.first { $0.id == id }).text
    try Array(text.utf8).withUnsafeBytes { try receive(id, $0) }
  }
}

/// A commit's tree as texts by path.
struct Tree: ExpressibleByDictionaryLiteral {
  struct File: Equatable, ExpressibleByStringLiteral {
    var text: String
    /// nil for a mode that no tree has.
    var mode: EntryMode?

    init(text: String, mode: EntryMode?) {
      self.text = text
      self.mode = mode
    }

    init(stringLiteral text: String) {
      self.init(text: text, mode: .file)
    }

    static func executable(_ text: String) -> File { File(text: text, mode: .executable) }
    static func link(_ target: String) -> File { File(text: target, mode: .link) }

    var id: ObjectID { Array(text.utf8).withUnsafeBytes { BlobHash.id(of: $0) } }
  }

  var files: [String: File]

  init(_ files: [String: File]) {
    self.files = files
  }

  init(dictionaryLiteral elements: (String, File)...) {
    files = Dictionary(elements) { _, last in last }
  }

  /// Any id that is another one for another tree.
  var commit: ObjectID {
    TreeCodec.encode(entries()).withUnsafeBytes { BlobHash.id(of: $0) }
  }

  func entries(since base: Tree? = nil) -> [TreeEntry] {
    let gone = (base?.files.keys.filter { files[$0] == nil } ?? [])
      .map { TreeEntry(path: $0, mode: nil, id: .zero) }
    let changed = files.filter { base?.files[$0.key] != $0.value }
      .map { TreeEntry(path: $0.key, mode: $0.value.mode, id: $0.value.id) }
    return (gone + changed).sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }
}
