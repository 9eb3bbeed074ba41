import Foundation
import Glibc
import LeapfrogCore

/// A pair's directory on this host: made once, and looked at before every use.
struct Pair: Sendable {
  let layout: Layout
  let name: String

  /// - Throws: `Failure` when the root is no pair of that name.
  init(root: String, name: String) throws {
    layout = Layout(root: root)
    self.name = name
    try Self.verifyRoot(layout, name)
    try PairOwner.become(layout)
    guard Files.exists(layout.own) else { throw Failure.noPair(name, in: root) }
    try PairOwner.verify(layout)
    try verifyName()
  }

  /// Makes the directories of a pair where they are missing; what is there already is left as it is.
  static func make(_ spec: PairSpec) throws -> Pair {
    let layout = Layout(root: spec.root)
    try verifyRoot(layout, spec.name)
    try PairOwner.become(layout)
    try verifyAlone(layout, spec.name)
    if !Files.exists(layout.own) { try verifyUnused(layout) }
    try Files.makeDirectories(spec.root)
    try verifyWritable(layout)
    for directory in layout.directories {
      try Files.makeDirectory(directory.path, mode: directory.mode)
    }
    try PlatformMarker.make(layout)
    // Where sites are live a journal was lost, and a new one is for `rebuild` to begin.
    _ = try Journal(layout: layout, creates: LiveLinks(layout: layout).all().isEmpty)
    if !Files.exists(layout.pair) {
      // No build ran as root in a pair that is new.
      try Files.write(Array("none\n".utf8), to: layout.buildNotice)
      try save(spec)
    }
    return try Pair(root: spec.root, name: spec.name)
  }

  /// Keeps what the pair is, so that the host can work on it without a controller.
  static func save(_ spec: PairSpec) throws {
    try Files.write(try Wire.encoder().encode(spec), to: Layout(root: spec.root).pair)
  }

  /// What the pair was when it was last worked on.
  static func saved(root: String) throws -> PairSpec {
    let layout = Layout(root: root)
    try PairOwner.become(layout)
    let path = layout.pair
    guard Files.exists(path) else { throw Failure.usage("there is no pair in \(root)") }
    let bytes = Data(try Files.read(path))
    do { return try Wire.decoder().decode(PairSpec.self, from: bytes) } catch {
      throw Failure.failed(
        "\(path) has something that this leapfrog does not know: it is damaged, or a newer leapfrog wrote it"
      )
    }
  }

  private func verifyName() throws {
    guard let spec = try? Self.saved(root: layout.root), spec.name != name else { return }
    throw Failure.usage("\(layout.root) is the root of the pair \(spec.name), not of \(name)")
  }

  /// Looks whether the root is, or could be, a directory of its own.
  static func verifyRoot(_ layout: Layout, _ name: String) throws {
    guard layout.root.hasPrefix("/"), layout.root != "/" else {
      throw Failure.usage("the root \(layout.root) of \(name) is not an absolute path below /")
    }
    guard let status = try FileStatus.look(layout.root) else {
      return try verifyAbove(layout, name)
    }
    guard status.kind != .link else {
      throw Failure.usage(
        "the root \(layout.root) of \(name) is a symbolic link; name the directory that it leads to"
      )
    }
    guard status.kind == .directory else {
      throw Failure.usage("the root \(layout.root) of \(name) is not a directory")
    }
  }

  private static func verifyAbove(_ layout: Layout, _ name: String) throws {
    var above = Files.parent(of: layout.root)
    while above != "/", !Files.exists(above) { above = Files.parent(of: above) }
    guard FileStatus(following: above)?.kind == .directory else {
      throw Failure.usage("the root \(layout.root) of \(name) is below \(above), not a directory")
    }
  }

  private static func verifyAlone(_ layout: Layout, _ name: String) throws {
    var above = Files.parent(of: layout.root)
    while above != "/" && above != "." {
      guard !Files.exists(Layout(root: above).own) else {
        throw Failure.usage(
          "the root \(layout.root) of \(name) is inside \(above), another pair's root")
      }
      above = Files.parent(of: above)
    }
  }

  private static func verifyUnused(_ layout: Layout) throws {
    let taken = [layout.live, layout.aliases, layout.platform(.blue), layout.platform(.green)]
    for path in taken where try !Files.names(in: path).isEmpty {
      throw Failure.usage(
        "\(path) is in use already and is not part of a pair; choose another root")
    }
  }

  private static func verifyWritable(_ layout: Layout) throws {
    guard access(layout.root, R_OK | W_OK | X_OK) == 0 else {
      throw Failure.failed(
        "\(layout.root) is not writable for user \(geteuid())", remedy: "ls -ld \(layout.root)")
    }
  }
}
