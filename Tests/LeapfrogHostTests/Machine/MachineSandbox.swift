import Foundation
import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// A systemd in a temporary directory, whose `systemctl` notes what it is asked for.
final class MachineSandbox: Sendable {
  let directory: String

  init() throws {
    var template = Array("/tmp/leapfrog-machine-XXXXXX".utf8CString)
    directory = String(cString: try #require(mkdtemp(&template)))
    for name in ["system", "bin", "logind.conf.d"] {
      try Files.makeDirectory("\(directory)/\(name)")
    }
    try program("systemctl", "echo \"$*\" >> \(directory)/asked")
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  var systemd: Systemd {
    Systemd(
      units: "\(directory)/system", configuration: directory, running: "\(directory)/running",
      systemctl: Tool("\(directory)/bin/systemctl", package: "systemd"))
  }

  /// What `systemctl` was asked for, a line each time.
  var asked: [String] {
    let text = (try? Files.read("\(directory)/asked")) ?? []
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  func program(_ name: String, _ script: String) throws {
    let (text, path) = ("#!/bin/sh\n\(script)\n", "\(directory)/bin/\(name)")
    // By another process: what a test beside this one starts at the moment would have the file open for
    // writing for a while, and then it cannot be run.
    try DataSandbox.run(["sh", "-c", "cat >\"$0\" && chmod 755 \"$0\"", path], input: text)
  }

  func write(_ text: String, _ name: String) throws {
    try Files.write(Array(text.utf8), to: "\(directory)/\(name)", mode: 0o644)
  }
}
