import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogControl

@Suite struct WordPressProfileTests {
  private let profile: Profile

  init() throws { profile = try builtIn("wordpress") }

  @Test func aSiteGetsItsSettingsByDomainAndItsUploadsByName() {
    let site = SiteSpec(name: "one.org", aliases: ["www.one.org"])
    let resolved = profile.resolve(site, own: OwnCommands(), docroot: "web")
    #expect(
      resolved.links == [
        "web/wp-config/one.org.php": "wp-config.php",
        "web/wp-config/www.one.org.php": "wp-config.php",
        "web/wp-content/uploads/one.org": "uploads",
      ])
    guard case .server(let database)? = resolved.database else {
      Issue.record("\(String(describing: resolved.database))")
      return
    }
    #expect(database.engine == .mariadb && database.password == .app)
  }

  @Test(arguments: [
    ("wp-includes/version.php", "$wp_db_version = 60717;", true),
    ("web/wp-includes/version.php", "$wp_db_version = 60717;", true),
    ("wp-includes/version.php", "$wp_version = '6.9';", false),
    ("wp-includes/post.php", "$wp_db_version", false),
    ("wp-content/plugins/shop/shop.php", "// a comment", true),
    ("wp-content/plugins/shop/shop.css", "a {}", false),
    ("wp-content/mu-plugins/all.php", "", true),
    ("composer.lock", "{", true),
    ("wp-content/themes/plain/index.php", "the_content();", false),
    ("wp-content/themes/plain/functions.php", "update_option('a', 1);", true),
    ("wp-content/themes/plain/functions.php", "dbDelta($tables);", true),
  ])
  func whatCanUpdateDataIsKnown(_ path: String, _ line: String, _ updates: Bool) {
    let matcher = UpdateMatcher(profile.updates ?? [])
    #expect((matcher.update(in: path, isNew: false) { [line] } != nil) == updates)
  }

  @Test(
    arguments: [
      ("localhost", "localhost", nil, nil), ("db.example.com:3307", "db.example.com", 3307, nil),
      ("localhost:/run/my.sock", "localhost", nil, "/run/my.sock"),
      (":/run/my.sock", nil, nil, "/run/my.sock"), ("[::1]:3307", "::1", 3307, nil),
      ("::1", "::1", nil, nil), ("127.0.0.1", "127.0.0.1", nil, nil),
    ] as [(String, String?, Int?, String?)])
  func theSettingsTellTheDatabase(_ text: String, _ host: String?, _ port: Int?, _ socket: String?)
    throws
  {
    let answer = try credentials(
      """
      define('DB_NAME', 'shop');
      define('DB_USER', 'seller');
      define('DB_PASSWORD', "it's \\"quoted\\" ü\\\\");
      define('DB_HOST', '\(text)');
      """)
    #expect(answer["name"] as? String == "shop" && answer["user"] as? String == "seller")
    #expect(answer["password"] as? String == #"it's "quoted" ü\"#)
    #expect(answer["host"] as? String == host && answer["port"] as? Int == port)
    #expect(answer["socket"] as? String == socket)
  }

  @Test func settingsWithoutADatabaseAreRefused() {
    #expect(throws: (any Error).self) { try credentials("define('DB_USER', 'seller');") }
    #expect(throws: (any Error).self) { try credentials("define('DB_USER' 'seller';") }
    #expect(throws: (any Error).self) { try credentials("exit;") }
  }

  /// What the command prints for a wp-config.php as WordPress has it, whose last line would load all.
  private func credentials(_ settings: String) throws -> [String: Any] {
    let platform = FileManager.default.temporaryDirectory
      .appendingPathComponent("leapfrog-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: platform, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: platform) }
    let files = [
      "wp-config.php": "<?php\n\(settings)\nrequire_once ABSPATH . 'wp-settings.php';\n",
      "wp-settings.php": "<?php\ndefine( 'WPINC', 'wp-includes' );\nexit('loaded');\n",
    ]
    for (name, text) in files {
      try Data(text.utf8).write(to: platform.appendingPathComponent(name))
    }
    return try run(profile.commands.credentials, in: platform)
  }

  private func run(_ command: Command, in platform: URL) throws -> [String: Any] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: command.arguments[0])
    process.arguments = Array(command.arguments.dropFirst())
    process.currentDirectoryURL = platform
    process.environment = [
      "PATH": "/usr/bin:/bin", "LEAPFROG_DOCROOT": platform.path, "LEAPFROG_SITE": "one.org",
    ]
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure.failed("it failed") }
    return try #require(try JSONSerialization.jsonObject(with: output) as? [String: Any])
  }
}
