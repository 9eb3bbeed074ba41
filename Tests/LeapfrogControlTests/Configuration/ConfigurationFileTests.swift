import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogControl

/// A new directory for the time of a test.
private func withDirectory(_ body: (String) throws -> Void) throws {
  let directory = FileManager.default.temporaryDirectory.path + "/leapfrog-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
  defer { try? FileManager.default.removeItem(atPath: directory) }
  try body(directory)
}

private func write(_ bytes: [UInt8], _ path: String) throws {
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

@Suite struct ConfigurationFileTests {
  private func message(_ path: String) -> String {
    let failure = #expect(throws: Failure.self) { _ = try Configuration.load(path) }
    #expect(failure?.kind == .usage)
    return failure?.message ?? ""
  }

  @Test func loadsAFileWithAByteOrderMarkAndDosLines() throws {
    try withDirectory { directory in
      let text = "\u{FEFF}pairs:\r\n  acme:\r\n    repository: /r\r\n    root: /srv/acme\r\n"
      try write(Array(text.utf8), "\(directory)/a.yml")
      #expect(try Configuration.load("\(directory)/a.yml").pair("acme").spec.root == "/srv/acme")
    }
  }

  @Test func filesThatCannotBeReadAreNamed() throws {
    try withDirectory { directory in
      #expect(
        message("\(directory)/none.yml").hasSuffix(
          "none.yml cannot be read: No such file or directory"))
      #expect(message(directory).hasSuffix("it is a directory"))
      try write(Array("pairs:\n  a: ".utf8) + [0xFF, 0x0A], "\(directory)/latin.yml")
      #expect(message("\(directory)/latin.yml").hasSuffix("latin.yml:2: the text is not UTF-8"))
      try write(Array(repeating: 0x23, count: 4 << 20 + 1), "\(directory)/big.yml")
      #expect(message("\(directory)/big.yml").hasSuffix("is larger than 4 MB"))
      try write([], "\(directory)/empty.yml")
      #expect(message("\(directory)/empty.yml").contains("empty.yml:1: the file is empty"))
    }
  }

  @Test func theNearestPlaceWins() throws {
    try withDirectory { directory in
      func locate(_ explicit: String?, _ config: String = "") throws -> String {
        try Configuration.locate(
          explicit: explicit,
          environment: ["HOME": "\(directory)/home", "LEAPFROG_CONFIG": config],
          from: "\(directory)/here", system: "\(directory)/etc")
      }
      let failure = #expect(throws: Failure.self) { _ = try locate(nil) }
      #expect(failure?.kind == .usage)
      #expect(failure?.message.contains("home/.config/leapfrog/leapfrog.yml") == true)
      for place in ["etc/leapfrog", "home/.config/leapfrog", "here"] {
        try write([], "\(directory)/\(place)/leapfrog.yml")
        #expect(try locate(nil) == "\(directory)/\(place)/leapfrog.yml")
      }
      #expect(try locate(nil, "/named.yml") == "/named.yml")
      #expect(try locate("/explicit.yml", "/named.yml") == "/explicit.yml")
    }
  }

  @Test func aRelativeRepositoryIsRelativeToTheFile() throws {
    try withDirectory { directory in
      try write([], "\(directory)/a:b")
      func repository(_ address: String) throws -> String {
        let text = "pairs: {a: {repository: '\(address)', root: /a}}"
        return try Configuration.parse(text, path: "\(directory)/x.yml").pairs[0].repository
      }
      #expect(try repository("./x.git") == "\(directory)/x.git")
      #expect(try repository("../x.git") == "\(directory)/../x.git")
      #expect(try repository("x.git") == "\(directory)/x.git")
      #expect(try repository(".") == directory)
      #expect(try repository("a:b") == "\(directory)/a:b")
      for same in ["/x", "host:x", "git@host:x/y.git", "https://h/x", "file:///x", "ssh://h:22/x"] {
        #expect(try repository(same) == same)
      }
    }
  }
}
