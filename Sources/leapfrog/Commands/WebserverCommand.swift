import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct WebserverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "webserver", abstract: "Print a web server's configuration for a pair.",
    discussion: """
      EXAMPLES:
        leapfrog webserver nginx acme > /etc/nginx/sites-enabled/acme.conf
        leapfrog webserver apache acme --php unix:/run/php/php8.2-fpm.sock
        leapfrog webserver php-fpm acme > /etc/php/8.2/fpm/pool.d/acme.conf
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The web server: nginx or apache; php-fpm for its pools.") var server: String
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Option(
    help:
      "Where visitors come: PORT or ADDRESS:PORT; may be repeated (default: the port of `address`)."
  ) var listen: [String] = []
  @Option(help: "Where the preview is served: ADDRESS:PORT of this machine (default: `preview`).")
  var preview: String?
  @Option(help: "Where PHP-FPM listens: unix:PATH or HOST:PORT.") var php: String?
  @Option(help: "The certificate, with --tls-key.", completion: .file()) var tlsCertificate: String?
  @Option(help: "The certificate's key.", completion: .file()) var tlsKey: String?
  @Flag(
    inversion: .prefixedNo,
    help: "Whether domains that are not in leapfrog.yml yet are served (default: where it is safe)."
  )
  var anyDomain: Bool?
  @Option(help: "The host, where the pair is on several.", completion: .hosts) var host: String?
  @Flag(help: "Let Apache read .htaccess files.") var htaccess = false

  func run() async throws {
    try await global.run { context in
      guard let server = WebServer(rawValue: server) else {
        throw Failure.usage(
          "there is no configuration for '\(server)'; known: nginx, apache, php-fpm",
          remedy: "leapfrog webserver nginx \(pair)")
      }
      let plan = try plan(context)
      guard server != .pools || plan.hasPools else {
        throw Failure.usage(
          "the sites of \(pair) have no different `user`s that would need pools of PHP-FPM of their own"
        )
      }
      let text = server.configuration(plan)
      try context.console.document(
        WebserverDocument(
          server: server, pair: pair, configuration: text, preview: "http://\(plan.preview)",
          listen: plan.listen.map(\.description)))
      context.console.lines(text)
      if let line = plan.missingPreview {
        context.console.note("leapfrog.yml needs the line `\(line)` in \(pair)")
      }
      return 0
    }
  }

  private func plan(_ context: Context) throws -> WebServerPlan {
    let configured = try context.pair(pair, on: host)
    let neighbours = context.configuration.pairs.filter {
      $0.spec.name != pair && $0.host == configured.host
    }
    return try WebServerPlan(
      configured, web: configured.profile.web, neighbours: neighbours.map(\.spec.name),
      options: options())
  }

  private func options() throws -> WebServerPlan.Options {
    var options = WebServerPlan.Options()
    options.listen = try listen.map(ListenAddress.init)
    options.preview = try preview.map { try ListenAddress($0) }
    options.php = php
    options.tls = try tls()
    options.servesAnyDomain = anyDomain
    options.readsHtaccess = htaccess
    return options
  }

  private func tls() throws -> WebServerPlan.TLSFiles? {
    guard let tlsCertificate, let tlsKey else {
      guard tlsCertificate == nil, tlsKey == nil else {
        throw Failure.usage("--tls-certificate and --tls-key belong together")
      }
      return nil
    }
    return try WebServerPlan.TLSFiles(certificate: tlsCertificate, key: tlsKey)
  }
}

/// The configuration as a document.
private struct WebserverDocument: Encodable {
  var server: WebServer
  var pair: String
  var configuration: String
  var preview: String
  var listen: [String]
}
