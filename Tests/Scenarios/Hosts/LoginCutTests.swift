import Foundation
import Glibc
import Testing

/// The link breaks once more while it is being made again.
@Suite(.enabled(if: geteuid() == 0)) struct LoginCutTests {
  private let directory: String

  init() throws {
    // The server runs nothing that lies below a directory which others can write to.
    directory = "/run/leapfrog-\(UUID().uuidString)"
    mkdir(directory, 0o755)
    try Data(Self.script.utf8).write(to: URL(fileURLWithPath: program))
    chmod(program, 0o755)
  }

  private var program: String { "\(directory)/keys" }
  /// While this is there, the next login is cut.
  private var mark: String { "\(directory)/mark" }

  /// Asked for the keys of an account, it ends the process that asks.
  private static let script = """
    #!/bin/sh
    cd "${0%/*}"
    if rm mark 2>/dev/null; then kill -9 $PPID; fi
    cat known

    """

  @Test func aLoginThatIsCutIsNoRefusal() throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let host = try FarHost(extra: [
      "AuthorizedKeysFile none", "AuthorizedKeysCommand \(program)",
      "AuthorizedKeysCommandUser root",
    ])
    try Data(host.key.publicKey.utf8).write(to: URL(fileURLWithPath: "\(directory)/known"))
    let template = try Farm.onV2()
    let farm = try template.twin(on: host)
    try farm.hold()
    let upgrade = try farm.running(["upgrade", "acme", "v3"])
    try #require(farm.waitForUpdate(of: farm.sites[0]), "\(upgrade.text)")
    #expect(FileManager.default.createFile(atPath: mark, contents: nil))
    host.server.sessions().forEach { kill($0, SIGKILL) }
    #expect(Bounded.wait { upgrade.text.contains("is back") }, "\(upgrade.text)")
    #expect(!FileManager.default.fileExists(atPath: mark))
    try farm.letGo()
    let end = upgrade.end()
    #expect(end.status == 0 && end.output.contains("; 2 sites moved;"), "\(end.text)")
  }
}
