import Foundation
import Testing

/// A real Django project with real data, from one long-term release to the next. Needs Debian's
/// python3-venv and a package index.
@Suite struct DjangoTests {
  private static let (one, two) = ("one.example.com", "two.example.com")
  private let farm: Farm

  init() throws {
    farm = try Farm(sites: [Self.one, Self.two])
    try DjangoProject(farm: farm).make()
    let site = "{database: {engine: sqlite, path: db.sqlite3}}"
    try farm.write(
      """
      pairs:
        acme:
          repository: \(farm.repository.path)
          root: \(farm.root.path)
          app: django
          environment: [PYTHONDONTWRITEBYTECODE]
          build: /usr/bin/python3 -m venv venv && venv/bin/pip install -q -r requirements.txt
          sites:
            \(Self.one): \(site)
            \(Self.two): \(site)
      """)
  }

  @Test func twoSitesLeapFromOneLongTermReleaseToTheNext() throws {
    try farm.must("init", "acme", "django42")
    try fill(Self.one, authors: ["Austen", "Nemo"], count: 3000)
    try fill(Self.two, authors: ["Brontë", "Eliot", "Woolf"], count: 2000)
    let before = try [Self.one, Self.two].map(facts)
    #expect(try visit(Self.one) == "Good morning editor 3000 books by 4.2")
    try farm.must("upgrade", "acme", "django52")
    #expect(try [Self.one, Self.two].map(facts) == before)
    try expectNewer()
    try onlyCode()
    try breakOne()
  }

  private func expectNewer() throws {
    for (site, count) in [(Self.one, 3000), (Self.two, 2000)] {
      #expect(try visit(site) == "Good morning editor \(count) books by 5.2")
      let wrong = "price_cents <> CAST(round(price * 100) AS INTEGER)"
      #expect(try ask(site, "SELECT count(*) FROM library_book WHERE \(wrong)") == "0")
      #expect(try ask(site, "SELECT count(*) FROM library_book WHERE price_cents > 0") != "0")
      #expect(try manage(site, "migrate", "--check").status == 0)
      #expect(try manage(site, "check", "--database", "default").status == 0)
    }
  }

  /// A release that changes code alone leaves every byte of the databases.
  private func onlyCode() throws {
    let before = try [Self.one, Self.two].map(bytes)
    let plan = try farm.json("plan", "acme", "code52")
    #expect((plan["files"] as? [String: Any])?["updating"] as? [String] == [])
    let touching = try farm.json("plan", "acme", "broken")
    let paths = (touching["files"] as? [String: Any])?["updating"] as? [String]
    #expect(paths == ["library/migrations/0003_halves.py"])
    try farm.must("upgrade", "acme", "code52")
    #expect(try [Self.one, Self.two].map(bytes) == before)
    #expect(try visit(Self.one) == "Good evening editor 3000 books by 5.2")
  }

  /// The migration of `broken` deletes, then fails on the site with Nemo's books.
  private func breakOne() throws {
    let before = try bytes(Self.one)
    let outcome = try farm.leapfrog("upgrade", "acme", "broken")
    #expect(outcome.status == 3, "\(outcome.text)")
    #expect(outcome.output.contains("nobody wrote this"), "\(outcome.text)")
    #expect(try bytes(Self.one) == before)
    #expect(try farm.platform(Self.one) != farm.platform(Self.two))
    #expect(try visit(Self.one) == "Good evening editor 3000 books by 5.2")
    #expect(try visit(Self.two) == "Good evening editor 1000 books by 5.2")
    #expect(try manage(Self.one, "migrate", "--check").status == 0)
    #expect(try farm.closedSites().isEmpty)
  }

  // MARK: Tools

  private func manage(_ site: String, _ arguments: String...) throws -> Outcome {
    try farm.leapfrog(
      ["exec", site, "--", "venv/bin/python", "manage.py"] + arguments,
      environment: ["PYTHONDONTWRITEBYTECODE": "1"])
  }

  private func shell(_ site: String, _ text: String) throws -> String {
    let url = farm.directory.appendingPathComponent("\(site).py")
    let session = farm.directory.appendingPathComponent("\(site).session").path
    try Data("KEEP = '\(session)'\n\(text)".utf8).write(to: url)
    let outcome = try manage(site, "shell", "-v", "0", "-c", "exec(open('\(url.path)').read())")
    try #require(outcome.status == 0, "\(outcome.text)")
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func fill(_ site: String, authors: [String], count: Int) throws {
    _ = try shell(site, "AUTHORS, COUNT = \(authors), \(count)\n\(DjangoProject.fill)")
  }

  private func visit(_ site: String) throws -> String { try shell(site, DjangoProject.visit) }

  private func database(_ site: String) -> URL {
    farm.data(site).appendingPathComponent("db.sqlite3")
  }

  private func bytes(_ site: String) throws -> Data { try Data(contentsOf: database(site)) }

  private func ask(_ site: String, _ statement: String) throws -> String {
    let outcome = try Shell.run(
      "/usr/bin/sqlite3", ["-cmd", ".timeout 30000", database(site).path, statement],
      in: farm.directory)
    try #require(outcome.status == 0, "\(outcome.text)")
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// What an upgrade must not change.
  private func facts(_ site: String) throws -> [String] {
    try [
      "SELECT count(*), sum(price), sum(author_id), group_concat(DISTINCT added_by_id), "
        + "sum(length(title)) FROM library_book",
      "SELECT group_concat(name) FROM library_author",
      "SELECT username, password, is_superuser FROM auth_user",
      "SELECT session_key, session_data FROM django_session", "PRAGMA integrity_check",
    ].map { try ask(site, $0) }
  }
}
