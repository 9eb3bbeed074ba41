import Foundation
import Testing

/// Requests that name what is not there, or what may not be: each is one sentence, and nothing on the
/// host is different afterwards.
@Suite struct BadRequestTests {
  private let farm: Farm

  init() throws {
    farm = try Farm(sites: ["one.example.com", "two.example.com"])
    try farm.must("init", "acme", "v1")
  }

  /// Runs the body and compares everything below the root before and after.
  private func unchanged(_ body: () throws -> Void) throws {
    let before = try Listing.of(farm.root)
    try body()
    #expect(try Listing.differences(Listing.of(farm.root), before) == [])
  }

  @Test func whatIsNotThereIsNamed() throws {
    try unchanged {
      let site = "nine.example.com"
      try farm.refused(["status", "acne"], 2, naming: "acne")
      try farm.refused(["upgrade", "acne", "v2"], 2, naming: "acne")
      try farm.refused(["upgrade", "acme", "v9"], 2, naming: "v9")
      try farm.refused(["plan", "acme", "v9"], 2, naming: "v9")
      try farm.refused(
        ["upgrade", "acme", "v2", "--site", site], 2, naming: site, "site list acme")
      try farm.refused(["rollback", "acme", "--site", site, "--yes"], 2, naming: site)
      try farm.refused(["site", "show", "acme", site], 2, naming: site)
      try farm.refused(["site", "add", "acme", site], 2, naming: site)
      try farm.refused(["site", "remove", "acme", site, "--yes"], 2, naming: site)
      try farm.refused(["backup", "acme", "--site", site], 2, naming: site)
      try farm.refused(["restore", "acme", site, "--yes"], 2, naming: site)
      try farm.refused(["restore", "acme", farm.sites[0], "--yes"], 2, naming: farm.sites[0])
      try farm.refused(
        ["restore", "acme", farm.sites[0], "--backup", "../../x", "--yes"], 2, naming: "../../x")
      try farm.refused(["exec", site, "--", "true"], 2, naming: site)
    }
  }

  @Test func whatTheRulesForbidIsRefused() throws {
    try unchanged {
      try farm.refused(["init", "acme", "v1"], 4, naming: "acme", "leapfrog upgrade acme")
      try farm.refused(["rollback", "acme", "--yes"], 4, naming: "one.example.com")
      try farm.refused(["upgrade", "acme", "--continue"], 4, naming: "acme")
      try farm.refused(["site", "add", "acme", farm.sites[0]], 4, naming: farm.sites[0], "blue")
      try farm.refused(["site", "remove", "acme", farm.sites[0]], 4, naming: "--yes")
      try farm.refused(["pull", "acme", "v2", "--platform", "blue"], 4, naming: farm.sites[0])
    }
  }

  @Test(arguments: [
    ["upgrade", "acme"], ["upgrade"], ["jump"], ["upgrade", "acme", "v2", "--fast"],
    ["pull", "acme", "v2", "--platform", "red"], ["events", "acme", "--after", "soon"],
    ["exec", "one.example.com"], ["history", "acme", "--limit", "0"],
    ["exec", "--wait", "-1", "one.example.com", "--", "true"],
    ["upgrade", "acme", "v2", "--stage-only", "--site", "one.example.com"],
  ])
  func aCommandLineThatIsWrongEndsWithTwo(arguments: [String]) throws {
    try unchanged {
      let outcome = try farm.leapfrog(arguments)
      #expect(outcome.status == 2, "\(arguments): \(outcome.text)")
      #expect(outcome.error.hasPrefix("leapfrog: "), "\(arguments): \(outcome.text)")
      #expect(outcome.output.isEmpty)
    }
  }

  @Test func aRefIsNeverAnOptionNorAShellWord() throws {
    let trap = farm.directory.appendingPathComponent("trapped").path
    let refs = [
      "--upload-pack=touch \(trap)", "$(touch \(trap))", "`touch \(trap)`", "v1;touch \(trap)",
      "../../etc/passwd", "v1\u{7}", "", "v1..v2", "@{-1}", "v1:index.html",
      String(repeating: "v", count: 5000),
    ]
    try unchanged {
      for ref in refs {
        try farm.refused(["upgrade", "acme", "--", ref], 2)
        try farm.refused(["plan", "acme", "--", ref], 2)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: trap))
  }

  @Test func aRefOfTwoMeaningsIsRefused() throws {
    try farm.git("branch", "both", "v1")
    try farm.git("tag", "both", "v2")
    try unchanged { try farm.refused(["upgrade", "acme", "both"], 2, naming: "both") }
    try farm.must("upgrade", "acme", "refs/tags/both")
    #expect(try farm.page(farm.sites[0]).contains("version 2"))
  }

  @Test func aRepositoryThatIsGoneStopsNothingElse() throws {
    try FileManager.default.moveItem(
      at: farm.repository, to: farm.directory.appendingPathComponent("elsewhere"))
    try unchanged {
      try farm.refused(["upgrade", "acme", "v2"], 1, naming: farm.repository.path)
    }
    try farm.must("status", "acme")
  }

  // MARK: Trees

  @Test func aTreeThatCannotBeStagedSafelyIsRefused() throws {
    try makeTrees()
    let pages = try farm.sites.map(farm.page)
    try unchanged {
      for (tag, path) in [
        ("submodule", "vendor/library"), ("pointer", "logo.png"), ("dotgit", ".GIT"),
        ("escape", "lib/passwords"), ("absolute", "etc"), ("case", "README"),
      ] {
        try farm.refused(["upgrade", "acme", tag], 4, naming: path)
      }
    }
    #expect(try farm.sites.map(farm.page) == pages)
    #expect(
      (try farm.status()["platforms"] as? [String: [String: Any]])?["green"]?["commit"] is NSNull)
  }

  private func makeTrees() throws {
    try add("submodule", mode: "160000", "vendor/library", object: farm.git("rev-parse", "v1"))
    let pointer = """
      version https://git-lfs.github.com/spec/v1
      oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
      size 12345

      """
    try farm.commit("pointer", on: "v1", ["logo.png": pointer])
    try farm.commit("case", on: "v1", ["README": "1", "readme": "2"])
    try link("escape", "lib/passwords", to: "../../../etc/passwd")
    try link("absolute", "etc", to: "/etc")
    let blob = try farm.git("rev-parse", "v1:index.html")
    let made = try Shell.run(
      "/bin/sh", ["-c", "printf '100644 blob \(blob)\\t.GIT\\n' | git mktree"],
      in: farm.repository)
    try #require(made.status == 0, "\(made.text)")
    let tree = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
    try farm.git("tag", "dotgit", try farm.git("commit-tree", "-m", "dotgit", tree))
  }

  private func link(_ tag: String, _ path: String, to target: String) throws {
    let file = farm.directory.appendingPathComponent("target")
    try Data(target.utf8).write(to: file)
    try add(tag, mode: "120000", path, object: farm.git("hash-object", "-w", file.path))
  }

  private func add(_ tag: String, mode: String, _ path: String, object: String) throws {
    try farm.git("checkout", "-q", "--detach", "-f", "v1")
    try farm.git("update-index", "--add", "--cacheinfo", "\(mode),\(object),\(path)")
    try farm.git("commit", "-q", "-m", tag)
    try farm.git("tag", tag)
    try farm.git("checkout", "-q", "-f", "v1")
  }
}
