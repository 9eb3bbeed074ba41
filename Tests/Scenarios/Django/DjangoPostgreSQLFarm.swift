import Foundation
import RealServers
import Testing

/// Two Django sites with a PostgreSQL database, a role and a gunicorn each, behind nginx.
///
/// The first tells its database through its settings, has a role that may make databases, and ends
/// its gunicorn when it is closed. The second has a password file and a role that may not, and its
/// gunicorn keeps its connections to the database all the while; `open` takes another one.
final class DjangoPostgreSQLFarm {
  static let (one, two) = ("one.example.com", "two.example.com")
  static let sites = [one, two]
  /// What pages begin with at `django42`, `django52` and `code52`.
  static let greetings = ["v1", "v2", "v3"]

  let farm: Farm
  let port: Int
  let gunicorns: Gunicorns
  /// The passwords of the databases, by site.
  let passwords = Dictionary(uniqueKeysWithValues: sites.map { ($0, "it's \(UUID().uuidString)") })
  private let server: PostgreSQLServer
  private var web: WebServerKit?
  private let suffix = UUID().uuidString.prefix(8).lowercased()
  private var secrets: URL { farm.directory.appendingPathComponent("secrets") }

  init() throws {
    farm = try Farm(sites: Self.sites)
    server = try PostgreSQLServer.shared()
    port = try Loopback.freePort()
    gunicorns = try Gunicorns(root: farm.root, log: farm.directory)
    try DjangoProject(farm: farm, extra: Self.files, greetings: Self.greetings).make()
    try farm.write(configuration(build: try DjangoLibraries.shared().build))
    try server.makeRole(database(Self.one), password: passwords[Self.one] ?? "")
    try server.makeRole(
      database(Self.two), password: passwords[Self.two] ?? "", mayCreate: false)
    for site in Self.sites { try server.makeDatabase(database(site), owner: database(site)) }
    try writeSecrets()
  }

  deinit { gunicorns.stop() }

  private static let files = [
    "bin/serve": GunicornScript.text,
    "project/settings.py": DjangoProject.settings(
      database: """
        {
            "ENGINE": "django.db.backends.postgresql",
            "CONN_MAX_AGE": 600,
            **json.loads((DATA / "database.json").read_text()),
        }
        """
    ).replacing("import os\n", with: "import json\nimport os\n"),
    "project/wsgi.py": """
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()

    """,
  ]

  // MARK: Settings

  private func configuration(build: String) -> String {
    let blocks = Self.sites.map { site in
      """
            \(site):
              database: \(login(of: site))
              check: {url: /, contains: books}
              commands:
                install: \(Self.install)
                open: [venv/bin/python, bin/serve, start]
                refresh: [venv/bin/python, bin/serve, start]
                close: \(site == Self.one ? "[venv/bin/python, bin/serve, stop]" : "[]")
      """
    }
    return """
      pairs:
        acme:
          repository: \(farm.repository.path)
          root: \(farm.root.path)
          app: django
          build: \(build)
          \(getuid() == 0 ? "user: \(WebServerKit.user)" : "jobs: 1")
          address: http://127.0.0.1:\(port)
          drain: 4
          environment: [SECRETS, PYTHONDONTWRITEBYTECODE]
          sites:
      \(blocks.joined(separator: "\n"))
      """
  }

  private static let install =
    "cp -p $SECRETS/$LEAPFROG_SITE/* $LEAPFROG_SITE_DATA && exec venv/bin/python manage.py migrate"

  private func login(of site: String) -> String {
    guard site == Self.two else { return "{engine: postgresql}" }
    return "{engine: postgresql, name: \(database(site)), user: \(database(site)), "
      + "host: 127.0.0.1, port: \(server.port), passfile: pgpass}"
  }

  private func database(_ site: String) -> String { "\(site.prefix { $0 != "." })_\(suffix)" }

  /// What the operator writes for a new site, and nobody but its user may read.
  private func writeSecrets() throws {
    for (site, password) in passwords {
      let name = database(site)
      var settings: [String: Any] = ["NAME": name, "USER": name, "PORT": "\(server.port)"]
      if site == Self.one {
        settings.merge(["HOST": server.socket, "PASSWORD": password]) { $1 }
      } else {
        let file = farm.data(site).appendingPathComponent("pgpass").path
        settings.merge(["HOST": "127.0.0.1", "OPTIONS": ["passfile": file]]) { $1 }
        try give(Data("*:*:*:*:\(password)\n".utf8), "pgpass", of: site)
      }
      let text = try JSONSerialization.data(withJSONObject: settings)
      try give(text, "database.json", of: site)
    }
  }

  private func give(_ text: Data, _ name: String, of site: String) throws {
    let file = secrets.appendingPathComponent("\(site)/\(name)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file)
    chmod(file.path, 0o600)
    guard getuid() == 0 else { return }
    let given = try Shell.run("/bin/chown", [WebServerKit.user, file.path], in: farm.directory)
    try #require(given.status == 0, "\(given.text)")
  }

  // MARK: Servers

  /// Starts nginx, installs the sites at `django42` and fills them.
  func open(books: Int) throws {
    web = try WebServerKit(.nginx, configuration: try proxying(), ports: [port])
    let made = try leapfrog("init", "acme", "django42")
    try #require(made.status == 0, "\(made.text)")
    for site in Self.sites {
      let file = farm.directory.appendingPathComponent("\(site).py")
      let names = "AUTHORS, COUNT, KEEP = ['Brontë', 'Nemo'], \(books), '\(session(site).path)'"
      try Data("\(names)\n\(DjangoProject.fill)".utf8).write(to: file)
      let filled = try manage(site, "shell", "-v", "0", "-c", "exec(open('\(file.path)').read())")
      try #require(filled.status == 0, "\(filled.text)")
    }
  }

  /// What leapfrog prints, where visitors are led to gunicorn instead of files.
  private func proxying() throws -> String {
    let preview = try Loopback.freePort()
    let printed = try leapfrog(
      "webserver", "nginx", "acme", "--listen", "127.0.0.1:\(port)", "--preview",
      "127.0.0.1:\(preview)")
    try #require(printed.status == 0, "\(printed.text)")
    let proxy = """
      location / {
          proxy_set_header Host $host;
          proxy_pass http://unix:\(farm.root.path)/sites/$host/run/gunicorn.sock:$request_uri;
        }
      """
    let begin = try #require(printed.output.firstRange(of: "location / {")).lowerBound
    let end = try #require(printed.output[begin...].firstRange(of: "}\n")).lowerBound
    return printed.output.replacingCharacters(in: begin...end, with: proxy)
  }

  var faults: [Substring] { web?.faults ?? [] }

  // MARK: Using them

  func leapfrog(_ arguments: String...) throws -> Outcome {
    try farm.leapfrog(arguments, environment: ["SECRETS": secrets.path])
  }

  func manage(_ site: String, _ arguments: String...) throws -> Outcome {
    try farm.leapfrog(
      ["exec", site, "--", "venv/bin/python", "manage.py"] + arguments,
      environment: ["PYTHONDONTWRITEBYTECODE": "1"])
  }

  private func session(_ site: String) -> URL {
    farm.data(site).appendingPathComponent("session")
  }

  /// The front page, as the editor sees it who logged in when the site was filled.
  func visit(_ site: String) throws -> String {
    let cookie = "sessionid=\(try String(contentsOf: session(site), encoding: .utf8))"
    let answer = try HTTPConnection(port: port).ask(
      "/", host: site, headers: ["Cookie": cookie], keepsAlive: false)
    return "\(answer.status) \(answer.body)"
  }

  func sql(_ statement: String, in site: String) throws -> String {
    try server.sql(statement, in: database(site))
  }

  /// All that a site's database holds, as text.
  func dump(_ site: String) throws -> String { try server.text(of: database(site)) }

  /// How many connections of a site's app to its database wait for work.
  func idleConnections(_ site: String) throws -> Int {
    let statement =
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'"
    return Int(try sql(statement, in: site)) ?? 0
  }

  /// What an upgrade must not change.
  func facts(_ site: String) throws -> [String] {
    try [
      "SELECT count(*), sum(price), sum(author_id), sum(length(title)) FROM library_book",
      "SELECT string_agg(name, ',' ORDER BY id) FROM library_author",
      "SELECT username, password, is_superuser FROM auth_user",
      "SELECT session_key, session_data FROM django_session",
    ].map { try sql($0, in: site) }
  }
}
