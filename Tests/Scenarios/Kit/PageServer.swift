import Foundation
import Glibc

/// A web server for `preview/` and `aliases/` by the Host header, with a listener for each; it answers
/// 503 for a site that is closed, and can go wrong. Ends with its owner.
final class PageServer {
  /// What goes wrong.
  enum Fault: String {
    case nothing
    /// The preview never answers.
    case hang
    /// The preview sends a byte in a while.
    case drip
    /// The preview shows another site, whichever is asked for.
    case otherSite
    /// The public listener cannot serve any version but the first.
    case publicFault
  }

  private static let program = """
    import http.server, os, sys, threading, time
    root, file, fault = sys.argv[1:]
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
            if folder == "preview" and fault == "hang":
                time.sleep(100)
            if folder == "preview" and fault == "drip":
                self.drip()
            if folder == "preview" and fault == "otherSite":
                host = "other.example.com"
            if folder == "aliases" and fault == "publicFault" and b"version 1" not in body:
                return self.send_error(500, "the pool is gone")
            self.send_response(200)
            self.send_header("X-Site", host)
            self.end_headers()
            self.wfile.write(body)
        def drip(self):
            for byte in b"HTTP/1.0 200 OK\\r\\n" + b"X: yyyyyyyyyyyyyyyyyyyyyyyyyy" * 99:
                self.wfile.write(bytes([byte]))
                time.sleep(0.2)
        def log_message(self, *rest):
            pass
    ports = []
    for folder in ["preview", "aliases"]:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.folder = folder
        ports.append(str(server.server_address[1]))
        threading.Thread(target=server.serve_forever, daemon=True).start()
    open(file + ".new", "w").write(" ".join(ports))
    os.rename(file + ".new", file)
    threading.Event().wait(120)

    """

  /// The lines of a pair's configuration that name the listeners.
  let configuration: String
  private let process: Process

  init(_ farm: Farm, _ fault: Fault = .nothing) throws {
    let file = farm.directory.appendingPathComponent("ports")
    process = try Shell.start(
      "/usr/bin/python3", ["-c", Self.program, farm.root.path, file.path, fault.rawValue],
      in: farm.directory, environment: [:],
      output: farm.directory.appendingPathComponent("server.out"),
      error: farm.directory.appendingPathComponent("server.err"))
    let process = process
    do {
      try farm.wait(20) { FileManager.default.fileExists(atPath: file.path) }
      let ports = try String(contentsOf: file, encoding: .utf8).split(separator: " ")
      configuration = """
            preview: http://127.0.0.1:\(ports[0])
            address: http://127.0.0.1:\(ports[1])
        """
    } catch {
      Self.end(process)
      throw error
    }
  }

  deinit { Self.end(process) }

  private static func end(_ process: Process) {
    // A child of a worker thread inherits its mask, in which SIGTERM is blocked.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
