import Foundation
import RealServers
import Testing

/// Three WordPress sites on a real MariaDB server, served by nginx and PHP-FPM; the third becomes a
/// network of two.
final class WordPressFarm {
  static let (one, two, three) = ("one.example.com", "two.example.com", "three.example.com")
  static let sites = [one, two, three]

  let farm: Farm
  private let server: MariaDBServer
  private let pool: PHPPool
  private let port: Int
  private let previewPort: Int
  private var web: WebServerKit?
  /// The passwords of the databases, by site.
  let passwords: [String: String]
  private let suffix = UUID().uuidString.prefix(8).lowercased()

  init() throws {
    farm = try Farm(sites: Self.sites)
    server = try MariaDBServer.shared()
    pool = try PHPPool(extensions: ["mysqlnd", "mysqli", "ctype", "tokenizer", "mbstring"])
    (port, previewPort) = (try Loopback.freePort(), try Loopback.freePort())
    passwords = Dictionary(
      uniqueKeysWithValues: Self.sites.map { ($0, "it's \(UUID().uuidString)") })
    try WordPressRepository(farm: farm).make()
    try farm.write(configuration)
    for site in Self.sites { try prepare(site) }
  }

  private var configuration: String {
    let sites = Self.sites.map { site in
      """
            \(site):
              aliases: [www.\(site)]
              check: {url: /, contains: "</html>"}
      """
    }
    return """
      pairs:
        acme:
          repository: \(farm.repository.path)
          root: \(farm.root.path)
          app: wordpress
          \(getuid() == 0 ? "user: \(WebServerKit.user)" : "jobs: 1")
          preview: http://127.0.0.1:\(previewPort)
          address: http://127.0.0.1:\(port)
          sites:
      \(sites.joined(separator: "\n"))
      """
  }

  // MARK: Making the sites

  private func database(_ site: String) -> String { "\(site.prefix { $0 != "." })_\(suffix)" }

  /// An empty database, and the settings that the operator writes for a new site.
  private func prepare(_ site: String) throws {
    let password = passwords[site] ?? ""
    try server.makeDatabase(database(site), user: database(site), password: password)
    let quoted = password.replacingOccurrences(of: "'", with: "\\'")
    let text = """
      <?php
      define('DB_NAME', '\(database(site))');
      define('DB_USER', '\(database(site))');
      define('DB_PASSWORD', '\(quoted)');
      define('DB_HOST', 'localhost:\(server.socket)');
      define('DB_CHARSET', 'utf8mb4');
      define('WP_DEFAULT_THEME', 'plain');
      define('WP_HTTP_BLOCK_EXTERNAL', true);
      $table_prefix = 'wp_';

      """
    let file = farm.directory.appendingPathComponent("config-\(site).php")
    try Data(text.utf8).write(to: file)
    try give(file)
  }

  /// Gives a file to the user of the sites.
  private func give(_ file: URL) throws {
    guard getuid() == 0 else { return }
    let given = try Shell.run("/bin/chown", [WebServerKit.user, file.path], in: farm.directory)
    try #require(given.status == 0, "\(given.text)")
  }

  /// Starts the web server, installs the sites at `old` and fills them.
  func open() throws {
    let printed = try leapfrog(
      "webserver", "nginx", "acme", "--listen", "127.0.0.1:\(port)", "--php",
      "unix:\(pool.socket)")
    try #require(printed.status == 0, "\(printed.text)")
    web = try WebServerKit(.nginx, configuration: printed.output, ports: [port, previewPort])
    let made = try leapfrog("init", "acme", "old")
    try #require(made.status == 0, "\(made.text)")
    for (site, plugin) in [(Self.one, []), (Self.two, ["loud.php"]), (Self.three, ["late.php"])] {
      uploads[site] = try run(WordPressScripts.fill, in: site, plugin)
        .split(separator: "\n").map(String.init)
    }
    try makeNetwork()
  }

  private func makeNetwork() throws {
    #expect(try run(WordPressScripts.network, in: Self.three).isEmpty)
    let file = farm.data(Self.three).appendingPathComponent("wp-config.php")
    let handle = try FileHandle(forWritingTo: file)
    defer { try? handle.close() }
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(WordPressScripts.networkConstants.utf8))
    #expect(try run(WordPressScripts.second, in: Self.three).isEmpty)
  }

  // MARK: Using them

  /// The paths of the addresses of the uploads, by site.
  private(set) var uploads: [String: [String]] = [:]

  func leapfrog(_ arguments: String...) throws -> Outcome {
    try farm.leapfrog(arguments, environment: ["WORDPRESS_CONFIGS": farm.directory.path])
  }

  /// Runs PHP code as `leapfrog exec` does; what it printed.
  func run(_ code: String, in site: String, _ arguments: [String] = []) throws -> String {
    let file = farm.directory.appendingPathComponent("script.php")
    try Data(code.utf8).write(to: file)
    let outcome = try farm.leapfrog(["exec", site, "--", "php", file.path] + arguments)
    try #require(outcome.status == 0, "\(outcome.text)")
    return outcome.output
  }

  func ask(
    _ path: String, of site: String, method: String = "GET", headers: [String: String] = [:],
    body: String = ""
  ) throws -> HTTPAnswer {
    try HTTPConnection(port: port, seconds: 60).ask(
      path, host: site, method: method, headers: headers, body: body, keepsAlive: false)
  }

  /// Logs in as the administrator with the password of the installation; the cookie of the session.
  func logIn(to site: String) throws -> String {
    let file = farm.data(site).appendingPathComponent("admin-password")
    let password = try String(contentsOf: file, encoding: .utf8).dropLast()
    let answer = try ask(
      "/wp-login.php", of: site, method: "POST",
      headers: ["Content-Type": "application/x-www-form-urlencoded"],
      body: "log=admin&pwd=\(password)")
    try #require(answer.status == 302, "\(answer)")
    let cookie = try #require(answer.headers["set-cookie"]?.split(separator: ";").first)
    try #require(cookie.hasPrefix("wordpress_logged_in_"))
    return String(cookie)
  }

  func sql(_ statement: String, in site: String) throws -> String {
    try server.sql(statement, in: database(site))
  }

  /// Everything in a site's database, as text.
  func dump(_ site: String) throws -> String {
    let dumped = try Shell.run(
      "/usr/bin/mariadb-dump",
      [
        "--no-defaults", "--socket=\(server.socket)", "--user=root", "--skip-comments",
        "--skip-extended-insert", "--order-by-primary", "--hex-blob", "--routines", "--triggers",
        database(site),
      ], in: farm.directory)
    try #require(dumped.status == 0, "\(dumped.error)")
    return dumped.output
  }

  /// What an upgrade must not change: texts, users with their passwords, comments.
  func facts(_ site: String) throws -> [String] {
    let prefixes = site == Self.three ? ["wp_", "wp_2_"] : ["wp_"]
    return try prefixes.flatMap { prefix in
      try [
        "SELECT ID, post_title, MD5(post_content), post_status, guid FROM \(prefix)posts ORDER BY 1",
        "SELECT comment_ID, comment_content FROM \(prefix)comments ORDER BY 1",
        "SELECT option_value FROM \(prefix)options WHERE option_name IN ('siteurl', 'blogname')",
      ].map { try sql($0, in: site) }
    } + [try sql("SELECT user_login, user_pass, user_email FROM wp_users", in: site)]
  }

  /// The database versions of a site, of every one of a network.
  func versions(_ site: String) throws -> [String] {
    let prefixes = site == Self.three ? ["wp_", "wp_2_"] : ["wp_"]
    return try prefixes.map { prefix in
      try sql(
        "SELECT option_value FROM \(prefix)options WHERE option_name = 'db_version'", in: site)
    }
  }
}
