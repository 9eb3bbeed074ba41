/// The configuration of Apache for a pair.
struct ApacheText {
  let plan: WebServerPlan

  var text: String {
    (head + publicHost + redirect + [""] + previewHost).joined(separator: "\n") + "\n"
  }

  private var head: [String] {
    let modules = ["rewrite", "headers"] + (plan.php == nil ? [] : ["proxy_fcgi"])
    return [
      "# Apache for the pair \(plan.pair), written by `leapfrog webserver apache \(plan.pair)`.",
      "# Put it into /etc/apache2/sites-enabled, then:",
      "#   a2enmod \((modules + (plan.tls == nil ? [] : ["ssl"])).joined(separator: " "))",
      "#   apache2ctl configtest && systemctl reload apache2",
      "# A release needs no reload: the links below \(plan.root) say what is served.",
    ] + (plan.missingPreview.map { ["# leapfrog.yml needs the line `\($0)` in this pair."] } ?? [])
      + [
        servesAnyDomain
          ? "# Domains that are added later are served at once; load it after all other hosts."
          : "# Write it again when a domain is added, and reload Apache: that loses no request.",
        "",
      ] + listening + [""]
  }

  /// Debian's ports.conf has the standard ports; another pair's file may have the others, too.
  private var listening: [String] {
    (plan.listen.filter { ![80, 443].contains($0.port) } + [plan.preview]).flatMap { address in
      let name = "LEAPFROG_LISTEN_\(address.port)"
      return block("IfDefine", "!\(name)", ["Define \(name)", "Listen \(address)"])
    }
  }

  /// Apache gives a host with a wildcard what belongs to the hosts that are read after it.
  private var servesAnyDomain: Bool { plan.servesAnyDomain ?? false }

  // MARK: Virtual hosts

  private var publicHost: [String] {
    block(
      "VirtualHost", places(plan.listen),
      names + tls + base
        + ["", "RewriteEngine On"] + known("aliases") + closing + platform("aliases") + files
        + [""] + closedPage + [""] + directories + params)
  }

  private var previewHost: [String] {
    ["# What the check asks before the flip, with the site's own Host; nobody else can reach it."]
      + block(
        "VirtualHost", places([plan.preview]),
        names + base + ["", "RewriteEngine On"]
          + known("preview") + platform("preview") + files + [""] + directories + params
          + block("Location", "\"/\"", ["Require local"]))
  }

  private var redirect: [String] {
    guard plan.tls != nil, plan.listen.contains(where: { $0.port == 443 }) else { return [] }
    return [""]
      + block(
        "VirtualHost", "*:80",
        names + [
          "RewriteEngine On",
          "RewriteRule ^ https://%{SERVER_NAME}%{REQUEST_URI} [R=301,L,NE]",
        ])
  }

  private func places(_ listen: [ListenAddress]) -> String {
    listen.map { "\($0.host ?? "*"):\($0.port)" }.joined(separator: " ")
  }

  private var names: [String] {
    let aliases = plan.domains.dropFirst() + (servesAnyDomain ? ["*"] : [])
    return ["ServerName \(plan.domains.first ?? "\(plan.pair).invalid")"]
      + aliases.map { "ServerAlias \($0)" }
  }

  private var tls: [String] {
    guard let tls = plan.tls else { return [] }
    return [
      "SSLEngine on", "SSLCertificateFile \(tls.certificate)", "SSLCertificateKeyFile \(tls.key)",
    ]
  }

  private var base: [String] {
    ["UseCanonicalName Off", "DocumentRoot \(plan.root)/aliases"]
  }

  // MARK: Which platform

  private func known(_ directory: String) -> [String] {
    [
      "RewriteCond %{SERVER_NAME} !\(WebText.host)",
      "RewriteRule ^ - [R=404,L]",
      "RewriteCond \(plan.root)/\(directory)/%{SERVER_NAME} !-d",
      "RewriteRule ^ - [R=404,L]",
    ]
  }

  private var closing: [String] {
    let again = "RewriteCond %{ENV:REDIRECT_LF_CLOSED} =yes"
    return [
      "",
      "# This link leads to a file while the site is closed.",
      again,
      "RewriteCond \(plan.root)/pages/%{SERVER_NAME}.html -f",
      "RewriteRule ^ \(plan.root)/pages/%{SERVER_NAME}.html [L]",
      again,
      "RewriteRule ^ \(plan.root)/pages/closed.html [L]",
      "RewriteCond \(plan.root)/closed/%{SERVER_NAME} -f",
      "RewriteRule ^ - [R=503,E=LF_CLOSED:yes,L]",
    ]
  }

  private var closedPage: [String] {
    let exists = [
      "-f '\(plan.root)/pages/closed.html'", "-f '\(plan.root)/pages/%{SERVER_NAME}.html'",
    ].joined(separator: " || ")
    return [
      "# A page of your own: \(plan.root)/pages/DOMAIN.html, or closed.html there for all.",
      "ErrorDocument 503 \"\(WebText.page)\"",
    ] + block("If", "\"\(exists)\"", ["ErrorDocument 503 /.leapfrog/closed"])
      + ["LF_CLOSED", "REDIRECT_LF_CLOSED"].flatMap { variable in
        [
          "Header always set Retry-After \(WebText.retryAfter) env=\(variable)",
          "Header always set Cache-Control no-store env=\(variable)",
        ]
      } + block("Directory", "\"\(plan.root)/pages\"", ["Require all granted"])
  }

  private func platform(_ directory: String) -> [String] {
    let unknown = "RewriteCond %{ENV:LF_PLATFORM} ^$"
    func ask(_ name: String) -> [String] {
      [
        unknown, "RewriteCond \(plan.root)/\(directory)/%{SERVER_NAME}/.leapfrog-\(name) -f",
        "RewriteRule ^ - [E=LF_PLATFORM:\(name)]",
      ]
    }
    return [
      "",
      "# Each platform has a file with its name. Asked once, it says which one serves the whole request:",
      "# a flip in the middle of it cannot mix two platforms. The third question is for a flip between",
      "# the first two.",
      "RewriteCond %{ENV:REDIRECT_LF_PLATFORM} ^(blue|green)$",
      "RewriteRule ^ - [E=LF_PLATFORM:%1]",
    ] + ask("blue") + ask("green") + ask("blue") + [unknown, "RewriteRule ^ - [R=500,L]"]
  }

  // MARK: Files and scripts

  private var documentRoot: String { "\(plan.root)/%{ENV:LF_PLATFORM}\(plan.docroot)" }

  private var files: [String] {
    let denied = plan.denied.map { "RewriteRule \(Quoting.quoted($0)) - [NC,R=404,L]" }
    return [
      "",
      "# Never served: files with a dot before their name, settings, databases, code as text.",
      "RewriteRule \"\(WebText.dotFile)\" - [R=404,L]",
    ] + denied + scripts + [
      "RewriteCond \(documentRoot)%{REQUEST_URI} -f",
      "RewriteRule \"\(WebText.unserved)$\" - [NC,R=404,L]", "",
    ]
      + existing + [front ?? "RewriteRule ^ - [R=404,L]"]
  }

  private var scripts: [String] {
    guard plan.php != nil else { return [] }
    return [
      "",
      "RewriteCond \(documentRoot)$1 -f",
      "RewriteRule \"^(/.*?\\.php)(/.*)?$\" \(documentRoot)$1$2 [E=LF_SCRIPT:$1,L]",
    ]
  }

  private var existing: [String] {
    let indexes = plan.indexes.flatMap { index in
      [
        "RewriteCond \(documentRoot)$1\(index) -f",
        "RewriteRule \"^(/(?:.*/)?)$\" \(documentRoot)$1\(index) [E=LF_SCRIPT:$1\(index),L]",
      ]
    }
    return [
      "RewriteCond \(documentRoot)%{REQUEST_URI} -d",
      "RewriteRule \"[^/]$\" %{REQUEST_URI}/ [R=301,L]",
    ] + indexes + [
      "RewriteCond \(documentRoot)$1 -f",
      "RewriteRule \"^(.*)$\" \(documentRoot)$1 [L]",
    ]
  }

  private var front: String? {
    plan.front.map { "RewriteRule ^ \(documentRoot)/\($0) [E=LF_SCRIPT:/\($0),L]" }
  }

  private var directories: [String] {
    ["blue", "green"].flatMap { name in
      block(
        "Directory", "\"\(plan.root)/\(name)\"",
        [
          // A link of a site's user, among its uploads, leads to nothing that is not that user's.
          "Options SymLinksIfOwnerMatch",
          "AllowOverride \(plan.readsHtaccess ? Self.overrides : "None")",
          "Require all granted",
        ] + block("IfModule", "mod_dir.c", ["DirectoryIndex disabled"]) + handler)
    }
  }

  /// Nothing that such a file says may let links be followed again.
  private static let overrides = "AuthConfig FileInfo Indexes Limit Nonfatal=Override"

  private var handler: [String] {
    switch plan.php {
    case .socket(let path): handler("unix:\(path)|fcgi://localhost")
    case .port(let address): handler("fcgi://\(address.host ?? "127.0.0.1"):\(address.port)")
    case nil: []
    }
  }

  private func handler(_ place: String) -> [String] {
    block("FilesMatch", "\"\\.php$\"", ["SetHandler \"proxy:\(place)\""] + pools)
  }

  /// Each site is answered by the pool of its user.
  private var pools: [String] {
    plan.pools.flatMap { pool in
      let domains = pool.domains.map { "'\($0)'" }.joined(separator: ", ")
      return block(
        "If", "\"%{SERVER_NAME} in { \(domains) }\"",
        ["SetHandler \"proxy:unix:\(pool.socket)|fcgi://localhost\""])
    }
  }

  private var params: [String] {
    guard plan.php != nil else { return [] }
    let documentRoot = "\(plan.root)/%{reqenv:LF_PLATFORM}\(plan.docroot)"
    return [
      "# PHP sees the resolved path, or its caches would mix platforms.",
      "ProxyFCGISetEnvIf \"true\" DOCUMENT_ROOT \"\(documentRoot)\"",
      "ProxyFCGISetEnvIf \"true\" CONTEXT_DOCUMENT_ROOT \"\(documentRoot)\"",
      "ProxyFCGISetEnvIf \"-n reqenv('LF_SCRIPT')\" SCRIPT_NAME \"%{reqenv:LF_SCRIPT}\"",
    ]
  }

  private func block(_ kind: String, _ head: String, _ lines: [String]) -> [String] {
    ["<\(kind) \(head)>"] + WebText.indented(lines) + ["</\(kind)>"]
  }
}
