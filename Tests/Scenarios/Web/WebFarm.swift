import Foundation
import RealServers
import Testing

/// A pair of a small PHP app that is served by a real web server, from the configuration that leapfrog
/// prints. Every page says the app's version as two of its scripts and a file beside them have it.
final class WebFarm {
  let farm: Farm
  let kind: WebServerKit.Kind
  let pool: PHPPool
  let port: Int
  let previewPort: Int
  private(set) var server: WebServerKit?

  static let sites = ["one.example.com", "two.example.com", "three.example.com"]
  /// Pages that all say the version: scripts, the front script, a file, a directory's page.
  static let pages = ["/", "/version.txt", "/index.php?page=1", "/no/such/file", "/docs/"]

  /// - Parameters:
  ///   - base: the demo's version below `w2`; `v1`, that of `w1`, for a release that updates no data.
  ///   - extra: lines of the pair in leapfrog.yml.
  init(
    _ kind: WebServerKit.Kind, pool: PHPPool, sites: [String] = sites, base: String = "v2",
    extra: String = ""
  ) throws {
    (self.kind, self.pool) = (kind, pool)
    farm = try Farm(sites: sites)
    (port, previewPort) = (try Loopback.freePort(), try Loopback.freePort())
    try commit("w1", on: "v1")
    try commit("w2", on: base)
    try farm.write(Self.configuration(farm, port, previewPort, extra))
  }

  /// A version of the app on top of one of the demo's.
  func commit(_ version: String, on base: String) throws {
    try farm.commit(version, on: base, Self.files(version))
  }

  /// Starts the server, and makes the pair at `w1`.
  func open() throws {
    server = try WebServerKit(
      kind, configuration: try printed(), ports: [port, previewPort])
    try farm.must("init", "acme", "w1")
  }

  /// What `leapfrog webserver` prints for this farm.
  func printed(_ options: String...) throws -> String {
    let outcome = try farm.leapfrog(
      [
        "webserver", kind.rawValue, "acme", "--listen", "127.0.0.1:\(port)", "--php",
        "unix:\(pool.socket)",
      ] + options)
    guard outcome.status == 0 else { throw KitError(outcome.text) }
    return outcome.output
  }

  /// One answer of the public address, or of the preview.
  func ask(
    _ path: String, host: String = sites[0], preview: Bool = false, method: String = "GET",
    headers: [String: String] = [:], body: String = ""
  ) throws -> HTTPAnswer {
    try HTTPConnection(port: preview ? previewPort : port).ask(
      path, host: host, method: method, headers: headers, body: body, keepsAlive: false)
  }

  // MARK: The app

  private static func files(_ version: String) -> [String: String] {
    [
      "web/index.php": """
      <?php
      require __DIR__ . '/lib.php';
      header('Content-Type: text/plain');
      if (!is_readable(__DIR__ . "/config/{$_SERVER['SERVER_NAME']}.ini")) { http_response_code(500); }
      if (isset($_GET['sleep'])) { usleep($_GET['sleep'] * 1000); }
      if (isset($_GET['server'])) { echo json_encode($_SERVER); exit; }
      echo '\(version) ', LIB, ' ', file_get_contents($_SERVER['DOCUMENT_ROOT'] . '/version.txt');
      """,
      "web/lib.php": "<?php const LIB = '\(version)';",
      "web/version.txt": "\(version)\n",
      "web/docs/index.html": "\(version)\n",
      "web/tools/index.php":
        "<?php echo 'tools ', $_SERVER['SCRIPT_NAME'], @$_SERVER['PATH_INFO'];",
      "web/.htaccess": "Require all granted\n",
      "web/.well-known/security.txt": "security\n",
      "web/private/notes.txt": "private\n",
      "web/composer.lock": "private\n",
      "web/old.phtml": "<?php echo 'old';",
    ]
  }

  private static func configuration(
    _ farm: Farm, _ port: Int, _ preview: Int, _ extra: String
  ) -> String {
    let blocks = farm.sites.map { name in
      """
            \(name):
              aliases: [www.\(name)]
              links: {"web/config/\(name).ini": "local.ini", "web/files/\(name)": "files"}
              database: {engine: sqlite, path: data/site.sqlite}
              check: {url: /, status: 200, contains: "w"}
      """
    }
    return """
      profiles:
        shop:
          docroot: web
          updates: [{path: "migrations/*"}]
          web: {php: true, front: index.php, deny: ["^private/"]}
          commands:
            install: |
              ./bin/install
              chmod 755 "$LEAPFROG_SITE_DATA"
              echo "settings of $LEAPFROG_SITE" > "$LEAPFROG_SITE_DATA/local.ini"
            update: [./bin/update]
            pending: [./bin/pending]
      pairs:
        acme:
          repository: \(farm.repository.path)
          root: \(farm.root.path)
          app: shop
          preview: http://127.0.0.1:\(preview)
          address: http://127.0.0.1:\(port)
      \(extra)
          sites:
      \(blocks.joined(separator: "\n"))
      """
  }
}

extension Farm {
  /// Writes a file that everybody may read, and makes the directories above it.
  func give(_ text: String, _ url: URL) throws {
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    chmod(url.path, 0o644)
    chmod(url.deletingLastPathComponent().path, 0o755)
  }
}
