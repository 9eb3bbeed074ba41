import Foundation
import Glibc
import RealServers
import Testing

/// A pair of ten sites of ten users. Its build makes links, too.
final class TenUsers: Sendable {
  let farm: Farm
  let port: Int
  let previewPort: Int
  private let users: [String]

  static let sites = (0..<10).map { "s\($0).example.com" }

  /// With data that everybody may read: only the web server's configuration keeps one from the other.
  convenience init() throws {
    try self.init(Self.files, blocks: { _ in "" }) { ten in
      try ten.farm.must("init", "acme", "web")
      for (site, user) in zip(Self.sites, ten.users) { try ten.fill(site, user) }
    }
  }

  /// - Parameters:
  ///   - files: what the tag `web` has besides.
  ///   - blocks: lines of each site in leapfrog.yml.
  ///   - start: releases it for the first time.
  init(
    _ files: [String: String], blocks: (String) -> String, start: (TenUsers) throws -> Void
  ) throws {
    farm = try Farm(sites: Self.sites)
    (port, previewPort) = (try Loopback.freePort(), try Loopback.freePort())
    let mark = UUID().uuidString.prefix(6).lowercased()
    users = Self.sites.indices.map { "lf\(mark)\($0)" }
    // They go with the farm, below which they have their home.
    for user in users {
      try TestAccount.add(
        user, home: "\(farm.directory.path)/home", "--system", "--no-create-home")
    }
    try farm.commit("web", on: "v2", files)
    try farm.write(configuration(Self.sites.map(blocks)))
    try start(self)
  }

  func user(_ site: String) -> String { users[Self.sites.firstIndex(of: site) ?? 0] }

  /// Runs a shell as a site's user in its data.
  func sh(_ site: String, _ text: String) throws {
    let outcome = try Shell.run(
      "/usr/bin/setpriv",
      [
        "--reuid=\(user(site))", "--regid=\(user(site))", "--clear-groups", "/bin/sh", "-ec",
        "cd \(farm.data(site).path); \(text)",
      ],
      in: farm.root)
    guard outcome.status == 0 else { throw KitError(outcome.text) }
  }

  private func fill(_ site: String, _ user: String) throws {
    try sh(
      site,
      "mkdir -p files; chmod 755 . files; echo 'upload of \(site)' > files/up.txt; "
        + "echo 'canary of \(site)' > local.txt; chmod 644 local.txt files/up.txt")
  }

  static let files = [
    "bin/make": """
    #!/bin/sh
    set -e
    cd web
    ln -s version.txt made.txt; ln -s /etc/passwd evil.txt; ln -s /etc evil
    """,
    "web/version.txt": "version\n",
    "web/who.php": """
    <?php header('Content-Type: text/plain');
    echo exec('id -un'), "\\n", @file_get_contents($_GET['file']);
    """,
  ]

  private func configuration(_ extra: [String]) -> String {
    let blocks = zip(zip(Self.sites, users), extra).map { one, extra in
      """
            \(one.0):
              user: \(one.1)
              links: {"web/files/\(one.0)": "files"}
      \(extra)
      """
    }
    return """
      profiles:
        shop: {docroot: web, web: {php: true}, commands: {install: 'mkdir "$LEAPFROG_SITE_DATA/files"'}}
      pairs:
        acme:
          repository: \(farm.repository.path)
          root: \(farm.root.path)
          app: shop
          build: [./bin/make]
          preview: http://127.0.0.1:\(previewPort)
          sites:
      \(blocks.joined(separator: "\n"))
      """
  }

  func printed(_ server: String, _ options: String...) throws -> String {
    let outcome = try farm.leapfrog(
      ["webserver", server, "acme", "--listen", "127.0.0.1:\(port)"] + options)
    guard outcome.status == 0 else { throw KitError(outcome.text) }
    return outcome.output
  }

  func ask(_ path: String, _ host: String) throws -> HTTPAnswer {
    try HTTPConnection(port: port).ask(path, host: host, keepsAlive: false)
  }
}
