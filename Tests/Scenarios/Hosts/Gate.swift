import Foundation

/// Keeps conversations with a host waiting at its door, for 125 seconds at most.
final class Gate: Sendable {
  private let directory: URL

  init() throws {
    directory = URL(fileURLWithPath: "/tmp/leapfrog-gate-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let script = """
      #!/bin/sh
      cd \(directory.path) || exit 1
      n=0
      if [ -e left ] && ! rmdir "$(ls -d left/* 2>/dev/null | head -n 1)" 2>/dev/null; then
        while [ -e left ] && [ $n -lt 2500 ]; do sleep 0.05; n=$((n + 1)); done
      fi
      cd; exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"
      """
    try Data(script.utf8).write(to: door)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: door.path)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  private var door: URL { directory.appendingPathComponent("door") }
  private var left: URL { directory.appendingPathComponent("left") }

  /// The lines for the server's configuration.
  var sshd: [String] { ["ForceCommand \(door.path)"] }

  /// Lets only so many more in.
  func shut(after count: Int) throws {
    let made = directory.appendingPathComponent("made")
    try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
    for number in 0..<count {
      try FileManager.default.createDirectory(
        at: made.appendingPathComponent("\(number)"), withIntermediateDirectories: true)
    }
    try FileManager.default.moveItem(at: made, to: left)
  }

  /// Lets all in.
  func open() throws { try FileManager.default.removeItem(at: left) }
}
