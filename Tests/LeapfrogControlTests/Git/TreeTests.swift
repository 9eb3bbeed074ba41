import LeapfrogCore
import Testing

@testable import LeapfrogControl

@Suite struct TreeTests {
  let fixture: GitFixture

  init() throws { fixture = try GitFixture() }

  /// `path mode` of each entry, `-` for one that is gone.
  private func lines(_ entries: [TreeEntry]) -> [String] {
    entries.map { entry in
      switch entry.mode {
      case .file: "f \(entry.path)"
      case .executable: "x \(entry.path)"
      case .link: "l \(entry.path)"
      case nil: "- \(entry.path)"
      }
    }
  }

  @Test func aTreeIsListedInTheOrderOfItsPaths() throws {
    let commit = try fixture.commit([
      "a/x": "1", "a.txt": "2", "a-b": "3", "a0": "4", "bin/run": "#!/bin/sh\n",
      "bin/link": "->../a/x", "ü/ß": "5",
    ])
    let entries = try fixture.open().tree(of: commit)
    #expect(
      lines(entries) == [
        "f a-b", "f a.txt", "f a/x", "f a0", "l bin/link", "x bin/run", "f ü/ß",
      ])
    #expect(
      entries.map(\.path)
        == entries.map(\.path).sorted {
          $0.utf8.lexicographicallyPrecedes($1.utf8)
        })
    let text = try fixture.open().withBlob(entries[0].id) { String(decoding: $0, as: UTF8.self) }
    #expect(text == "3")
  }

  @Test func aDifferenceHasWhatChangedAndWhatIsGone() throws {
    let old = try fixture.commit([
      "same/a": "1", "dir/a": "1", "dir/b": "1", "gone/x": "1", "gone/y/z": "1", "mode": "#!1",
      "file": "1", "swap/x": "1",
    ])
    let new = try fixture.commit([
      "same/a": "1", "dir/a": "2", "dir/b": "1", "dir/c": "3", "mode": "1", "file/x": "1",
      "swap": "1", "new/d/e": "1",
    ])
    let repository = try fixture.open()
    #expect(
      try lines(repository.difference(from: old, to: new)) == [
        "f dir/a", "f dir/c", "- file", "f file/x", "- gone/x", "- gone/y/z", "f mode",
        "f new/d/e", "f swap", "- swap/x",
      ])
    #expect(try repository.difference(from: old, to: old).isEmpty)
  }

  @Test func aDifferenceAppliedGivesTheOtherTree() throws {
    var generator = SystemRandomNumberGenerator()
    func files() -> [String: String] {
      var files: [String: String] = [:]
      for _ in 0..<40 {
        let depth = Int.random(in: 1...3, using: &generator)
        let path = (0..<depth).map { _ in ["a", "b", "a.c", "d-e"].randomElement() ?? "a" }
        let text = path.joined(separator: "/")
        let clashes = files.keys.contains { $0.hasPrefix(text + "/") || text.hasPrefix($0 + "/") }
        if !clashes { files[text] = "\(Int.random(in: 0...2, using: &generator))" }
      }
      return files
    }
    let (old, new) = (try fixture.commit(files()), try fixture.commit(files()))
    let repository = try fixture.open()
    var held = Dictionary(
      uniqueKeysWithValues: try repository.tree(of: old).map { ($0.path, $0) })
    let difference = try repository.difference(from: old, to: new)
    for entry in difference where entry.mode == nil { held[entry.path] = nil }
    for entry in difference where entry.mode != nil { held[entry.path] = entry }
    #expect(try Set(held.values) == Set(repository.tree(of: new)))
  }

  @Test func anEmptyTreeIsEmpty() throws {
    let commit = try fixture.commit(tree: fixture.tree([]))
    #expect(try fixture.open().tree(of: commit).isEmpty)
  }

  @Test func whatTheMirrorLacksIsNamed() throws {
    let absent = try fixture.id(String(repeating: "1", count: 40))
    let broken = try fixture.commit(tree: fixture.tree([("40000", "lost", absent)]))
    let repository = try fixture.open()
    let inside = failure { _ = try repository.tree(of: broken) }
    #expect(inside?.message.contains("lacks directory 1111111111") == true)
    #expect(inside?.remedy == "rm -r \(fixture.origin)")
    let outside = failure { _ = try repository.difference(from: absent, to: broken) }
    #expect(outside?.message == "commit 1111111111 is not in \(fixture.origin)")
    #expect(failure { _ = try repository.withBlob(absent) { $0.count } } != nil)
  }

  @Test func pointersAreRefusedAndWhatOnlyMentionsThemIsNot() throws {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    let commit = try fixture.commit([
      "big.bin": pointer, "readme": "see version https://git-lfs.github.com/spec/v1",
      "long": pointer + String(repeating: "x", count: 1024),
    ])
    let repository = try fixture.open()
    let entries = try repository.tree(of: commit)
    let failure = failure { try repository.refusePointers(in: entries) }
    #expect(failure?.kind == .refused)
    #expect(failure?.message.contains("'big.bin'") == true)
    try repository.refusePointers(in: entries.filter { $0.path != "big.bin" })
  }
}
