import Foundation
import LeapfrogCore
import Testing

@Suite struct RecoveryUnitTests {
  private func unit(
    root: String = "/srv/acme", executable: String = "/usr/local/bin/leapfrog-host"
  ) -> RecoveryUnit {
    RecoveryUnit(pair: "acme", root: root, user: "deploy", executable: executable)
  }

  @Test func itRecoversAtBootWithAnEnvironmentAndHoldsNoWebServerBack() {
    #expect(unit().name == "leapfrog-recover-acme.service")
    #expect(unit().fault == nil)
    let lines = unit().text.split(separator: "\n")
    for line in [
      "Type=oneshot", "User=deploy", "WantedBy=multi-user.target",
      "EnvironmentFile=-/etc/leapfrog/environment",
      "EnvironmentFile=-/etc/leapfrog/environment-acme",
      "After=local-fs.target mariadb.service mysql.service postgresql.service",
      "RequiresMountsFor=\"/srv/acme\"",
      "ConditionPathExists=/srv/acme/.leapfrog/journal.sqlite",
      "ExecStart=\"/usr/local/bin/leapfrog-host\" recover \"/srv/acme\"",
    ] {
      #expect(lines.contains { $0 == line }, "\(line) in \(unit().text)")
    }
    #expect(!lines.contains { $0.hasPrefix("Before=") }, "\(unit().text)")
  }

  @Test func pathsStayWhatTheyAre() {
    let text = unit(root: #"/srv/a b%i$HOME\x"y"#, executable: "/opt/l f/%h/$x/leapfrog-host").text
    #expect(text.contains(#"RequiresMountsFor="/srv/a b%%i$HOME\\x\"y""# + "\n"))
    #expect(
      text.contains(#"ConditionPathExists=/srv/a b%%i$HOME\x"y/.leapfrog/journal.sqlite"# + "\n"))
    #expect(
      text.contains(
        #"ExecStart="/opt/l f/%%h/$x/leapfrog-host" recover "/srv/a b%%i$$HOME\\x\"y""# + "\n"))
  }

  @Test(arguments: ["relative", "/srv/a\nExecStart=/bin/false", ""])
  func aPathThatIsNoneIsRefused(path: String) {
    #expect(unit(root: path).fault != nil)
    #expect(unit(executable: path).fault != nil)
  }

  @Test func systemdRunsNoProgramWithQuotes() {
    #expect(unit(executable: #"/opt/a"b"#).fault != nil)
    #expect(unit(root: #"/srv/a"b"#).fault == nil)
  }

  @Test(
    arguments: ["/srv/acme", #"/srv/a b%i$HOME\x"y'z"#])
  func systemdUnderstandsIt(root: String) throws {
    let directory = URL(fileURLWithPath: "/tmp/leapfrog-unit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    // The check wants a program that is there and a user that exists.
    let unit = RecoveryUnit(
      pair: "acme", root: root, user: NSUserName(), executable: "/usr/bin/env")
    let file = directory.appendingPathComponent(unit.name)
    try Data(unit.text.utf8).write(to: file)
    let found = try Self.analyze(file)
    #expect(found.status == 0 && !found.text.contains(unit.name), "\(found.text)")
  }

  private static func analyze(_ file: URL) throws -> (status: Int32, text: String) {
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/systemd-analyze")
    process.arguments = ["verify", "--man=no", file.path]
    (process.standardOutput, process.standardError) = (pipe, pipe)
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
