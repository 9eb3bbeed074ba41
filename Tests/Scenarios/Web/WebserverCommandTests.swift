import Foundation
import RealServers
import Testing

/// What `leapfrog webserver` prints, read by the servers themselves.
@Suite struct WebserverCommandTests {
  private static let variants: [String: [String]] = [
    "plain": [], "php": ["--php", "unix:/run/php.sock"],
    "php elsewhere": ["--php", "127.0.0.1:9000", "--any-domain"],
    "listeners": ["--listen", "8080", "--listen", "[::1]:8081", "--preview", "127.0.0.1:9001"],
    "listed": ["--no-any-domain", "--htaccess"],
  ]

  @Test(arguments: WebServerKit.Kind.allCases)
  func everyVariantIsAccepted(_ kind: WebServerKit.Kind) throws {
    let farm = try Farm()
    for (name, options) in Self.variants {
      let outcome = try farm.leapfrog(["webserver", kind.rawValue, "acme"] + options)
      #expect(outcome.status == 0, "\(name): \(outcome.text)")
      let fault = try WebServerKit.fault(kind, in: outcome.output)
      #expect(fault == nil, "\(name): \(fault ?? "") \(outcome.output)")
    }
  }

  @Test(arguments: WebServerKit.Kind.allCases)
  func manyDomainsLongOnesAndTwoPairsAreAccepted(_ kind: WebServerKit.Kind) throws {
    let label = String(repeating: "a", count: 60)
    let farm = try Farm(
      sites: (1...200).map { "site\($0).example.com" } + ["\(label).\(label).org"])
    var text = try String(contentsOf: farm.configuration, encoding: .utf8)
    text += """

        other:
          repository: \(farm.repository.path)
          root: \(farm.root.path)-other
          docroot: web/public
          sites: {other.example.net: {links: {"web/public/a b'c.d": "x"}}}
      """
    try farm.write(text)
    let both = try ["acme", "other"].map { try farm.leapfrog("webserver", kind.rawValue, $0) }
    for outcome in both { #expect(outcome.status == 0, "\(outcome.text)") }
    let fault = try WebServerKit.fault(kind, in: both.map(\.output).joined())
    #expect(fault == nil, "\(fault ?? "")")
  }

  @Test(arguments: WebServerKit.Kind.allCases)
  func aCertificateIsUsed(_ kind: WebServerKit.Kind) throws {
    let farm = try Farm()
    let (key, certificate) = (
      farm.directory.appendingPathComponent("key").path,
      farm.directory.appendingPathComponent("cert").path
    )
    let made = try Shell.run(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
      ], in: farm.directory)
    try #require(made.status == 0, "\(made.text)")
    let outcome = try farm.leapfrog(
      "webserver", kind.rawValue, "acme", "--tls-certificate", certificate, "--tls-key", key)
    #expect(outcome.output.contains("443"))
    let fault = try WebServerKit.fault(kind, in: outcome.output)
    #expect(fault == nil, "\(fault ?? "") \(outcome.output)")
    try farm.refused(
      ["webserver", kind.rawValue, "acme", "--tls-key", key], 2, naming: "belong together")
  }

  @Test func theMissingLineIsNamedAndTheDocumentIsWhole() throws {
    let farm = try Farm()
    let outcome = try farm.leapfrog("webserver", "nginx", "acme")
    #expect(outcome.error.contains("`preview: http://127.0.0.1:8089`"))
    #expect(outcome.output.contains("# leapfrog.yml needs the line"))
    let document = try farm.json("webserver", "nginx", "acme")
    #expect(document["configuration"] as? String == outcome.output)
    #expect(document["preview"] as? String == "http://127.0.0.1:8089")
    try farm.configure(extra: "    preview: http://127.0.0.1:8089")
    #expect(try farm.leapfrog("webserver", "nginx", "acme").error.isEmpty)
    try farm.refused(["webserver", "caddy", "acme"], 2, naming: "nginx, apache")
    try farm.refused(
      ["webserver", "nginx", "acme", "--preview", "192.0.2.1:80"], 2, naming: "192.0.2.1:80")
  }
}
