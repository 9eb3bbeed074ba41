import Foundation
import Testing

/// Pages asked over HTTP before and after the flip, from a real server that serves `preview/` and
/// `aliases/` by the Host header.
@Suite struct PageCheckTests {
  private static let server = """
    import http.server, os, sys, threading
    root = sys.argv[1]
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            host = self.headers["Host"].split(":")[0]
            folder = self.server.folder
            if folder == "aliases" and os.path.exists(f"{root}/closed/{host}"):
                return self.send_error(503)
            try:
                body = open(f"{root}/{folder}/{host}/index.html", "rb").read()
            except OSError:
                return self.send_error(404)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)
        def log_message(self, *rest):
            pass
    ports = []
    for folder in ["preview", "aliases"]:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.folder = folder
        ports.append(str(server.server_address[1]))
        threading.Thread(target=server.serve_forever, daemon=True).start()
    open(sys.argv[2] + ".new", "w").write(" ".join(ports))
    os.rename(sys.argv[2] + ".new", sys.argv[2])
    threading.Event().wait(120)

    """

  private let site = "one.example.com"

  @Test func aPageThatIsWrongSendsTheSiteBack() throws {
    let farm = try Farm(sites: [site])
    let file = farm.directory.appendingPathComponent("ports")
    let server = try Shell.start(
      "/usr/bin/python3", ["-c", Self.server, farm.root.path, file.path], in: farm.directory,
      environment: [:], output: farm.directory.appendingPathComponent("server.out"),
      error: farm.directory.appendingPathComponent("server.err"))
    defer {
      // A child of a worker thread inherits its mask, in which SIGTERM is blocked.
      kill(server.processIdentifier, SIGKILL)
      server.waitUntilExit()
    }
    try farm.wait(20) { FileManager.default.fileExists(atPath: file.path) }
    let ports = try String(contentsOf: file, encoding: .utf8).split(separator: " ")
    try farm.configure(
      extra: """
            preview: http://127.0.0.1:\(ports[0])
            address: http://127.0.0.1:\(ports[1])
        """, siteExtra: "        check: {url: /, status: 200, contains: \"version\"}")
    try farm.must("init", "acme", "v1")
    try farm.commit("empty", on: "v2", ["index.html": "<html>Something went wrong</html>"])
    let before = try Data(contentsOf: farm.database(site))
    let outcome = try farm.leapfrog("upgrade", "acme", "empty")
    #expect(outcome.status == 1, "\(outcome.text)")
    #expect(outcome.text.contains("answered without “version”"), "\(outcome.text)")
    #expect(try Data(contentsOf: farm.database(site)) == before)
    #expect(try farm.platform(site) == "blue")
    #expect(try farm.closedSites().isEmpty)
    try farm.must("upgrade", "acme", "v2")
    #expect(try farm.platform(site) == "green")
  }
}
