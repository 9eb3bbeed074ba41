import Foundation
import Testing

/// What a site's command, a commit or a file is called or says is shown and steers no terminal, and none of
/// its words is printed as a command.
@Suite struct ForeignTextTests {
  private static let evil = "\u{1B}[2J\u{1B}]0;owned\u{7}\u{9B}31m\u{202E}live\u{2028}\r"
  private let farm: Farm

  init() throws {
    farm = try Farm(sites: ["one.example.com"])
    try farm.must("init", "acme", "v1")
    let update = """
      #!/bin/sh
      printf 'first\\tline\\n\\033[2J\\033]0;owned\\007\\302\\23331m\\342\\200\\256live; run `rm -rf ~`\\r\\n'
      exit 7

      """
    try farm.commit("evil", on: "v1", ["bin/update": update, "pages/a\(Self.evil).txt": "x"])
    try farm.git("checkout", "-q", "-f", "evil")
    try farm.git(
      "commit", "-q", "--amend", "--author", "\(Self.evil) <x@example.com>", "-m",
      "subject \(Self.evil)")
    try farm.git("tag", "-f", "evil")
  }

  private func expectPlain(_ outcome: Outcome, _ arguments: [String], isOutput: Bool = false) {
    let shown = outcome.output + outcome.error
    let bad = shown.unicodeScalars.filter {
      $0 != "\n" && $0 != "\t"
        && [.control, .format, .lineSeparator].contains($0.properties.generalCategory)
    }
    #expect(bad.isEmpty, "\(arguments): \(bad.map(\.value)) \(shown.debugDescription)")
    #expect(isOutput || !shown.contains("run `rm"), "\(arguments): \(shown)")
    #expect(!shown.contains("`cat "), "\(arguments): \(shown)")
  }

  @Test func everyCommandShowsItAsText() throws {
    let failed = try farm.leapfrog("upgrade", "acme", "evil")
    #expect(failed.status == 1, "\(failed.text)")
    expectPlain(failed, ["upgrade"])
    for command in [
      ["plan", "acme", "evil"], ["status", "acme"], ["history", "acme"], ["events", "acme"],
      ["backups", "acme"], ["doctor", "acme"], ["events", "acme", "--json"],
      ["status", "acme", "--json"], ["plan", "acme", "evil", "--json"],
      ["status", Self.evil], ["upgrade", "acme", Self.evil], ["exec", Self.evil, "--", "true"],
      [Self.evil], ["status", "--config", "/x\(Self.evil)"],
    ] {
      expectPlain(try farm.leapfrog(command), command)
    }
    expectPlain(try farm.host("status", farm.root.path), ["status of the host"])
    expectPlain(try farm.host("recover", farm.root.path + Self.evil), ["recover"])
  }

  @Test func theOutputOfAJobIsShownByTheCommandThatIsAdvised() throws {
    let failed = try farm.leapfrog("upgrade", "acme", "evil")
    let advice = try #require(failed.text.firstMatch(of: /leapfrog (events acme --output [\w-]+)/))
    let words = advice.1.split(separator: " ").map(String.init)
    let shown = try farm.leapfrog(words)
    expectPlain(shown, words, isOutput: true)
    #expect(shown.status == 0 && shown.output.hasPrefix("first\tline\n\\u{1B}[2J"), "\(shown.text)")
    let json = try farm.leapfrog(words + ["--json"])
    expectPlain(json, words, isOutput: true)
    let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let output = try #require(document?["output"] as? String)
    #expect(output.hasPrefix("first\tline\n\u{1B}[2J") && output.hasSuffix("~`\r\n"))
    #expect(document?["job"] as? String == words.last)
    try farm.refused(["events", "acme", "--output", "m9-update-1"], 2, naming: "m9-update-1")
    try farm.refused(["events", "acme", "--output", "../../pair"], 2, naming: "../../pair")
    try farm.refused(["events", "acme", "--output", "x", "--follow"], 2, naming: "--output")
  }
}
