import Foundation
import RealServers
import Testing

/// What a web server with the printed configuration gives away, and what not.
@Suite(.serialized) struct WebRulesTests {
  private let site = "one.example.com"

  @Test(arguments: WebServerKit.Kind.allCases)
  func pagesAreServedAndSecretsAreNot(_ kind: WebServerKit.Kind) throws {
    let web = try WebFarm(kind, pool: try PHPPool())
    try web.open()
    try expectPages(web)
    try expectSecrets(web)
    try expectHosts(web)
    try expectPHP(web)
    try expectPreview(web)
    try expectClosed(web)
    // AH10244 is Apache's word for a path that leaves the root.
    let faults = web.server?.faults.filter { !$0.contains("AH10244") } ?? []
    #expect(faults.isEmpty, "\(faults.prefix(3))")
  }

  private func expectPages(_ web: WebFarm) throws {
    try web.farm.give("upload", web.farm.data(site).appendingPathComponent("files/up.txt"))
    for page in WebFarm.pages + ["/no/such.php", "/no/such.sql", "/docs/index.html"] {
      let answer = try web.ask(page)
      #expect(answer.status == 200 && answer.body.hasPrefix("w1"), "\(page): \(answer)")
    }
    #expect(try web.ask("/files/\(site)/up.txt").body == "upload")
    #expect(try web.ask("/tools/").body == "tools /tools/index.php")
    #expect(try web.ask("/tools/index.php/a/b").body == "tools /tools/index.php/a/b")
    #expect(try web.ask("/.well-known/security.txt").body == "security\n")
    let bare = try web.ask("/docs?a=b")
    #expect(bare.status == 301)
    #expect(bare.headers["location"]?.hasSuffix("/docs/?a=b") == true, "\(bare)")
    let head = try web.ask("/version.txt", method: "HEAD")
    #expect(head.status == 200 && head.headers["content-length"] == "3", "\(head)")
  }

  private func expectSecrets(_ web: WebFarm) throws {
    let files = web.farm.data(site).appendingPathComponent("files")
    for name in ["evil.php", "evil.PHP", "dump.sql", "copy.txt~", ".secret"] {
      try web.farm.give("<?php echo 'secret';", files.appendingPathComponent(name))
    }
    let paths = [
      "/.htaccess", "/.git/config", "/.leapfrog-blue", "/docs/.env", "/private/notes.txt",
      "/old.phtml", "/composer.lock", "/config/\(site).ini", "/files/\(site)/evil.php",
      "/files/\(site)/evil.php/x",
      "/files/\(site)/evil.PHP", "/files/\(site)/dump.sql", "/files/\(site)/copy.txt~",
      "/files/\(site)/.secret", "/.leapfrog/closed", "/.well-known/.env",
    ]
    for path in paths {
      let answer = try web.ask(path, host: "two.example.com")
      #expect(answer.status == 404, "\(path): \(answer)")
    }
    let traversals = [
      "/../../../etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/docs/../../lib.php",
      "/..%2f..%2fsites/\(site)/local.ini", "/files/\(site)/../../../sites/\(site)/local.ini",
      "//etc/passwd", "/docs%00.php",
    ]
    for path in traversals {
      let answer = try web.ask(path)
      #expect(!answer.body.contains("settings of") && !answer.body.contains("root:"), "\(path)")
      #expect(answer.status >= 400 || answer.body.hasPrefix("w1"), "\(path): \(answer)")
    }
  }

  private func expectHosts(_ web: WebFarm) throws {
    for host in ["ONE.example.com:8080", "one.example.com.", "www.\(site)"] {
      #expect(try web.ask("/version.txt", host: host).body == "w1\n")
    }
    #expect(try web.ask("/", host: "unknown.example.com").status == 404)
    for host in ["../sites/\(site)", "..", "a/b", "[::1]", "$host", "%2e%2e"] {
      // nginx closes the connection where there is nothing to talk about.
      let status = (try? web.ask("/", host: host))?.status ?? 444
      #expect([400, 404, 444].contains(status), "\(host): \(status)")
    }
  }

  private func expectPHP(_ web: WebFarm) throws {
    let answer = try web.ask("/some/path?server=1&a=b", headers: ["Proxy": "evil"])
    let server = try Farm.object(answer.body)
    let root = web.farm.inRoot("blue/web").path
    let expected = [
      "DOCUMENT_ROOT": root, "SCRIPT_FILENAME": "\(root)/index.php", "SCRIPT_NAME": "/index.php",
      "PHP_SELF": "/index.php", "REQUEST_URI": "/some/path?server=1&a=b", "SERVER_NAME": site,
      "HTTP_HOST": site, "QUERY_STRING": "server=1&a=b",
    ]
    for (key, value) in expected { #expect(server[key] as? String == value, "\(key) \(server)") }
    #expect((server["HTTP_PROXY"] as? String ?? "").isEmpty)
    #expect(server["HTTPS"] == nil)
    let posted = try web.ask("/form", method: "POST", body: "a=b")
    #expect(posted.status == 200 && posted.body == "w1 w1 w1\n", "\(posted)")
  }

  private func expectPreview(_ web: WebFarm) throws {
    try web.farm.must("upgrade", "acme", "w2", "--stage-only")
    let preview = web.farm.inRoot("preview/\(site)")
    #expect(try web.ask("/", preview: true).body == "w1 w1 w1\n")
    try FileManager.default.removeItem(at: preview)
    try #require(symlink("../green", preview.path) == 0)
    #expect(try web.ask("/version.txt", preview: true).body == "w2\n")
    #expect(try web.ask("/version.txt").body == "w1\n")
    #expect(try web.ask("/", host: "unknown.example.com", preview: true).status == 404)
    #expect(!Loopback.answers(web.previewPort, at: "127.0.0.2"))
  }

  private func expectClosed(_ web: WebFarm) throws {
    let flag = web.farm.inRoot("maintenance/\(site)")
    try web.farm.give("{}", flag)
    for (method, body) in [("GET", ""), ("HEAD", ""), ("POST", "a=b"), ("PUT", "a=b")] {
      for path in ["/", "/version.txt", "/docs/", "/.htaccess", "/no/such/file"] {
        let answer = try web.ask(path, host: "www.\(site)", method: method, body: body)
        #expect(answer.status == 503, "\(method) \(path): \(answer)")
        #expect(answer.headers["retry-after"] == "30", "\(method) \(path): \(answer)")
        #expect(answer.body.isEmpty || answer.body.contains("Back in a moment"))
      }
    }
    #expect(try web.ask("/version.txt", host: "two.example.com").status == 200)
    #expect(try web.ask("/version.txt", preview: true).status == 200)
    try expectOwnPage(web)
    try FileManager.default.removeItem(at: flag)
    #expect(try web.ask("/version.txt").body == "w1\n")
  }

  private func expectOwnPage(_ web: WebFarm) throws {
    try web.farm.give("<p>all", web.farm.inRoot("pages/closed.html"))
    try web.farm.give("<p>mine", web.farm.inRoot("pages/www.\(site).html"))
    let pages = [(site, "<p>all"), ("www.\(site)", "<p>mine")]
    for (host, page) in pages {
      let answer = try web.ask("/", host: host, method: "POST", body: "a=b")
      #expect(answer.status == 503 && answer.body == page, "\(answer)")
      #expect(
        answer.headers["retry-after"] == "30" && answer.headers["content-type"] == "text/html")
    }
  }
}
