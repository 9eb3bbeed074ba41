import Foundation
import Glibc
import RealServers
import Testing

/// Ten sites of ten users whose data is secret, and each of which holds a canary: in a file, in its database and
/// in its password. s0–s4 and s6 have a MariaDB database by their settings, s5 by leapfrog.yml, the others SQLite.
final class TenOwners: Sendable {
  let ten: TenUsers
  let server: MariaDBServer
  /// Stands for what is root's: it is in root's client configuration and environment.
  let rootsCanary = "rootscanary\(UUID().uuidString.prefix(8))"
  private let mark: String

  static let sites = TenUsers.sites
  static let secrets = [
    "RESTIC_PASSWORD", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "PGPASSWORD", "MYSQL_PWD",
  ]
  private static let embedded = sites[7...]

  var farm: Farm { ten.farm }

  init() throws {
    let server = try MariaDBServer()
    let mark = UUID().uuidString.prefix(8).lowercased()
    (self.server, self.mark) = (server, mark)
    ten = try TenUsers(
      TenUsers.files.merging(Self.app) { $1 },
      blocks: { Self.block($0, server, mark) },
      start: { try Self.fill($0, server, mark) })
    try makeHome()
    try succeed("init", "acme", "web")
    for site in Self.sites {
      try ten.sh(
        site,
        "mkdir -p files; echo '\(canary(site))' > canary.txt; echo up > files/up.txt; echo none > version; cp -a . '\(kept(site))'"
      )
    }
  }

  static func other(_ site: String) -> String {
    sites[((sites.firstIndex(of: site) ?? 0) + 1) % sites.count]
  }
  func canary(_ site: String) -> String { Self.canary(site, mark) }
  func database(_ site: String) -> String { Self.database(site, mark) }

  private static func canary(_ site: String, _ mark: some StringProtocol) -> String {
    "canary-\(site.prefix(2))-\(mark)"
  }
  private static func database(_ site: String, _ mark: some StringProtocol) -> String {
    "\(site.prefix(2))_\(mark)"
  }

  // MARK: Making

  private static func block(_ site: String, _ server: MariaDBServer, _ mark: String) -> String {
    let commands = "commands: {update: [bin/update], pending: [bin/pending]"
    let name = database(site, mark)
    if embedded.contains(site) {
      return "        database: {engine: sqlite, path: data/site.sqlite}\n        \(commands)}"
    }
    guard site == sites[5] else {
      return
        "        database: {engine: mariadb}\n        \(commands), credentials: [bin/credentials]}"
    }
    return """
              database: {engine: mariadb, name: \(name), user: \(name), socket: \(server.socket), password_env: TEN_PASSWORD}
              \(commands)}
      """
  }

  private static func fill(_ ten: TenUsers, _ server: MariaDBServer, _ mark: String) throws {
    for site in sites {
      let user = ten.user(site)
      let kept = ten.farm.directory.appendingPathComponent("kept/\(site)").path
      let made = try Shell.run(
        "/bin/sh",
        [
          "-ec",
          "mkdir -p \(kept) \(ten.farm.data(site).path); chmod 750 \(kept) \(ten.farm.data(site).path); "
            + "chown \(user): \(kept) \(ten.farm.data(site).path)",
        ], in: ten.farm.directory)
      try #require(made.status == 0, "\(made.text)")
      let rows =
        "CREATE TABLE post (body VARCHAR(80)); INSERT INTO post VALUES ('\(canary(site, mark))');"
      if embedded.contains(site) {
        try ten.sh(site, "mkdir data; sqlite3 data/site.sqlite \"\(rows)\"")
      } else {
        let name = database(site, mark)
        try server.makeDatabase(name, user: name, password: canary(site, mark))
        try server.sql(rows, in: name)
        try ten.sh(site, "umask 077; echo '\(settings(site, server, mark))' > settings.json")
      }
    }
    // As distributions set it up.
    try server.sql("ALTER USER root@localhost IDENTIFIED VIA unix_socket")
  }

  private static func settings(_ site: String, _ server: MariaDBServer, _ mark: String) -> String {
    let name = database(site, mark)
    return """
      {"name": "\(name)", "user": "\(name)", "password": "\(canary(site, mark))", "socket": "\(server.socket)"}
      """
  }

  /// Has a site's user write settings that differ from its own; nil leaves out what they had.
  func settings(of site: String, _ changes: [String: Any?]) throws {
    var values = try Farm.object(Self.settings(site, server, mark))
    for (key, value) in changes { values[key] = value }
    let json = try JSONSerialization.data(withJSONObject: values, options: .withoutEscapingSlashes)
    try ten.sh(site, "echo '\(String(decoding: json, as: UTF8.self))' > settings.json")
  }

  /// Gives a site's user of the server the next site's database as well, as a host does that gives a customer
  /// several.
  func grantOther(_ site: String) throws {
    try server.sql("GRANT ALL ON `\(database(Self.other(site)))`.* TO '\(database(site))'@'%'")
  }

  /// The server knows the site's Unix user by the socket.
  func letIn(_ site: String) throws {
    try server.sql(
      """
      CREATE USER '\(ten.user(site))'@'localhost' IDENTIFIED VIA unix_socket;
      GRANT ALL ON `\(database(site))`.* TO '\(ten.user(site))'@'localhost';
      """)
  }

  var home: URL { farm.directory.appendingPathComponent("roots-home") }

  private func makeHome() throws {
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    let text = "[client]\nuser=\(rootsCanary)\npassword=\(rootsCanary)\n"
    try Data(text.utf8).write(to: home.appendingPathComponent(".my.cnf"))
    chmod(home.path, 0o700)
  }

  /// The update looks for all that it can get at, as any command of the site's code can.
  private static let app = [
    "bin/credentials": "#!/bin/sh\nexec cat \"$LEAPFROG_SITE_DATA/settings.json\"\n",
    "bin/pending": """
    #!/bin/sh
    done=$(cat "$LEAPFROG_SITE_DATA/version" 2> /dev/null) || exit 0
    [ "$done" = "$LEAPFROG_COMMIT" ] || exit 3

    """,
    "bin/update": """
    #!/bin/sh
    cd "$LEAPFROG_SITE_DATA" || exit 1
    root=${PWD%/sites/*}
    env > env.txt
    cat /proc/[0-9]*/environ > environ.txt 2> /dev/null
    for place in "$LEAPFROG_PLATFORM" "$root" "$root/backups" "$root/.leapfrog" "$root/sites" "$root/live" \\
      "$root/maintenance" "$root/aliases"; do
      (: > "$place/made-by-$LEAPFROG_SITE") 2> /dev/null && echo "made a file in $place" >> reached.txt
    done
    for file in "$LEAPFROG_PLATFORM/bin/update" "$LEAPFROG_PLATFORM/web/version.txt"; do
      (echo evil >> "$file") 2> /dev/null && echo "wrote $file" >> reached.txt
      rm -f "$file" 2> /dev/null && echo "removed $file" >> reached.txt
    done
    find "$root/backups" "$root/.leapfrog" "$root/sites" -type f ! -path "$PWD/*" -exec cat {} + \\
      > taken.txt 2> /dev/null
    [ -e on-update.sh ] && . ./on-update.sh
    echo "$LEAPFROG_COMMIT" > version

    """,
  ]

  // MARK: Using

  private func kept(_ site: String) -> String {
    farm.directory.appendingPathComponent("kept/\(site)").path
  }

  func leapfrog(_ arguments: String...) throws -> Outcome {
    try farm.leapfrog(arguments, environment: environment)
  }

  @discardableResult
  func succeed(_ arguments: String...) throws -> Outcome {
    let outcome = try farm.leapfrog(arguments, environment: environment)
    try #require(outcome.status == 0, "\(arguments): \(outcome.text)")
    return outcome
  }

  var environment: [String: String] {
    Dictionary(uniqueKeysWithValues: Self.secrets.map { ($0, rootsCanary) })
      .merging(["HOME": home.path, "TEN_PASSWORD": canary(Self.sites[5])]) { $1 }
  }

  /// Makes a site's data again what it was.
  func restore(_ site: String) throws {
    try ten.sh(
      site,
      "rm -rf data settings.json files on-update.sh; cp -a '\(kept(site))/.' .")
  }

  /// What nobody but a site itself may have changed: its canaries.
  func fingerprint(_ site: String) throws -> String {
    let files = try Shell.run(
      "/bin/sh",
      ["-c", "sha256sum canary.txt files/up.txt settings.json data/site.sqlite; ls -l data"],
      in: farm.data(site))
    let isEmbedded = Self.embedded.contains(site)
    return files.output
      + (isEmbedded ? "" : try server.sql("SELECT * FROM post", in: database(site)))
  }

  /// Canaries of others that a site has got: in its data, in its backups, in its database.
  func taken(_ site: String) throws -> [String] {
    let words = (Self.sites.filter { $0 != site }.map(canary) + [rootsCanary])
      .joined(separator: "\\|")
    let script = """
      for place in sites/\(site) backups/\(site); do
        [ ! -d $place ] || grep -raoH '\(words)' $place
        find $place -name '*.zst' -exec sh -c 'zstd -dcq "$0" | grep -aoH --label "$0" "$1"' {} '\(words)' ';'
      done | sort -u
      """
    let found = try Shell.run("/bin/sh", ["-c", script], in: farm.root)
    var lines = found.output.split(separator: "\n").map(String.init)
    if !Self.embedded.contains(site) {
      lines += try server.sql("SELECT * FROM post", in: database(site)).split(separator: "\n")
        .map(String.init).filter { $0 != canary(site) }
    }
    return lines
  }
}
