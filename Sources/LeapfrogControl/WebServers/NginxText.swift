/// The configuration of nginx for a pair.
struct NginxText {
  let plan: WebServerPlan

  var text: String {
    (head + pools + publicServer + redirect + [""] + previewServer).joined(separator: "\n") + "\n"
  }

  private var head: [String] {
    [
      "# nginx for the pair \(plan.pair), written by `leapfrog webserver nginx \(plan.pair)`.",
      "# Put it into /etc/nginx/sites-enabled, then: nginx -t && systemctl reload nginx",
      "# A release needs no reload: the links below \(plan.root) say what is served.",
    ] + (plan.missingPreview.map { ["# leapfrog.yml needs the line `\($0)` in this pair."] } ?? [])
      + domainsNote + [""]
  }

  private var domainsNote: [String] {
    servesAnyDomain
      ? ["# Domains that are added later are served at once."]
      : ["# Write it again when a domain is added, and reload nginx."]
  }

  /// With other pairs beside it, nobody knows whose a new domain is.
  private var servesAnyDomain: Bool { plan.servesAnyDomain ?? plan.neighbours.isEmpty }

  // MARK: Servers

  private var publicServer: [String] {
    let listen = plan.listen.flatMap(listen)
    return block(
      "server",
      listen + names + tls + [""] + resolving("aliases") + closing + [""] + files
        + params(port: "$server_port", https: "$https") + closedPage)
  }

  private var previewServer: [String] {
    ["# What the check asks before the flip, with the site's own Host; nobody else can reach it."]
      + block(
        "server",
        [
          "listen \(plan.preview);", "allow 127.0.0.0/8;", "allow ::1;", "deny all;",
        ] + names + [""] + resolving("preview") + [""] + files
          + params(port: "\(plan.publicPort)", https: plan.tls == nil ? "\"\"" : "on"))
  }

  private func listen(_ address: ListenAddress) -> [String] {
    let suffix = plan.tls == nil ? "" : " ssl"
    guard address.host == nil else { return ["listen \(address)\(suffix);"] }
    return ["listen \(address.port)\(suffix);", "listen [::]:\(address.port)\(suffix);"]
  }

  private var redirect: [String] {
    guard plan.tls != nil, plan.listen.contains(where: { $0.port == 443 }) else { return [] }
    return [""]
      + block(
        "server",
        ["listen 80;", "listen [::]:80;"] + names
          + ["if ($host !~ \"\(WebText.host)\") { return 444; }"]
          + ["return 301 https://$host$request_uri;"])
  }

  private var tls: [String] {
    guard let tls = plan.tls else { return [] }
    return ["ssl_certificate \(tls.certificate);", "ssl_certificate_key \(tls.key);"]
  }

  private var names: [String] {
    var names = plan.domains.map(name)
    if servesAnyDomain { names.append("\"~\(WebText.host)\"") }
    guard !names.isEmpty else { return ["server_name \"\";"] }
    return ["server_name"] + WebText.indented(names) + ["  ;"]
  }

  /// A long name does not fit into nginx's table of names as it is set up by default.
  private func name(_ domain: String) -> String {
    domain.utf8.count > 40 ? "\"~^\(Quoting.regex(domain))$\"" : domain
  }

  // MARK: Which platform

  private func resolving(_ directory: String) -> [String] {
    let place = "\(plan.root)/\(directory)/$host"
    return [
      "if ($host !~ \"\(WebText.host)\") { return 444; }",
      "if (!-d \(place)) { return 404; }",
      "",
      "# Resolved once for the whole request, also where it is handed on inside nginx: a flip in the",
      "# middle of it cannot mix two platforms. A match, because `set` asks twice, first for the length,",
      "# and fails when the answer changes. For the same reasons there is no open_file_cache.",
      "root \(place)\(plan.docroot);",
      "uninitialized_variable_warn off;",
      "if ($realpath_root ~ \"^(?<lf_resolved>/.+)$\") { }",
      "if ($lf_platform = \"\") { set $lf_platform $lf_resolved; }",
      "if ($lf_platform = \"\") { return 404; }",
      "absolute_redirect off;",
    ]
  }

  private var closing: [String] {
    [
      "",
      "# This link leads to a file while the site is closed.",
      "set $lf_closed \"\";",
      "if (-f \(plan.root)/closed/$host) { set $lf_closed yes; }",
      "if ($uri = /.leapfrog/closed) { set $lf_closed \"\"; }",
      "if ($lf_closed) { return 503; }",
      "error_page 503 /.leapfrog/closed;",
    ]
  }

  private var closedPage: [String] {
    let headers = [
      "add_header Retry-After \(WebText.retryAfter) always;",
      "add_header Cache-Control no-store always;", "types { text/html html; }",
      "default_type text/html;",
    ]
    return [
      "", "# A page of your own: \(plan.root)/pages/DOMAIN.html, or closed.html there for all.",
    ]
      + block(
        "location = /.leapfrog/closed",
        ["internal;", "root \(plan.root)/pages;"] + headers + [
          "try_files /$host.html /closed.html @closed;"
        ])
      + block("location @closed", headers + ["return 503 \"\(WebText.page)\";"])
  }

  // MARK: Files and scripts

  /// A link of a site's user, among its uploads, leads to nothing that is not that user's.
  private let links = "disable_symlinks if_not_owner from=$lf_platform;"

  private var files: [String] {
    let denied = plan.denied.map { "location ~* \(Quoting.quoted($0)) { return 404; }" }
    return [
      "# Never served: files with a dot before their name, settings, databases, code as text.",
      "location ~ \"\(WebText.dotFile)\" { return 404; }",
    ] + denied + scripts + unserved
      + block(
        "location /",
        [
          "root $lf_platform;", links, "index \(plan.indexes.joined(separator: " "));",
          "try_files $uri $uri/ \(plan.front == nil ? "=404" : "@front");",
        ]) + front
  }

  private var scripts: [String] {
    guard let pass else { return [] }
    return block(
      "location ~ \"^(?<lf_script>/.*?\\.php)(?<lf_info>/.*)?$\"",
      [
        "root $lf_platform;", links,
        "try_files $lf_script \(plan.front == nil ? "=404" : "@front");",
        pass,
      ])
  }

  /// A path that only looks like such a file is the app's.
  private var unserved: [String] {
    let pattern = "\"\(WebText.unserved)$\""
    guard plan.front != nil else { return ["location ~* \(pattern) { return 404; }"] }
    return block(
      "location ~* \(pattern)",
      [
        "if (-f $lf_platform$uri) { return 404; }", "root $lf_platform;", links,
        "try_files /.leapfrog/none @front;",
      ])
  }

  private var front: [String] {
    guard let front = plan.front else { return [] }
    guard let pass, front.hasSuffix(".php") else {
      return block("location @front", ["root $lf_platform;", links, "try_files /\(front) =404;"])
    }
    return block(
      "location @front",
      ["root $lf_platform;", links, "set $lf_script /\(front);", "set $lf_info \"\";", pass])
  }

  /// Which pool answers for a site.
  private var pools: [String] {
    guard !plan.pools.isEmpty, let php = plan.php else { return [] }
    let places = plan.pools.flatMap { pool in
      pool.domains.map { "\(name($0)) unix:\(pool.socket);" }
    }
    return [
      "# Each site is answered by the pool of its user: `leapfrog webserver php-fpm \(plan.pair)`."
    ]
      + block("map $host \(poolVariable)", ["default \(place(of: php));"] + places) + [""]
  }

  private var poolVariable: String {
    "$lf_pool_" + plan.pair.map { $0 == "-" ? "_" : String($0) }.joined()
  }

  private func place(of php: WebServerPlan.PHP) -> String {
    switch php {
    case .socket(let path): "unix:\(path)"
    case .port(let address): "\(address.host ?? "127.0.0.1"):\(address.port)"
    }
  }

  private var pass: String? {
    if !plan.pools.isEmpty { return "fastcgi_pass \(poolVariable);" }
    return plan.php.map { "fastcgi_pass \(place(of: $0));" }
  }

  private func params(port: String, https: String) -> [String] {
    guard plan.php != nil else { return [] }
    let params = [
      ("SCRIPT_FILENAME", "$lf_platform$lf_script"), ("DOCUMENT_ROOT", "$lf_platform"),
      ("SCRIPT_NAME", "$lf_script"), ("PATH_INFO", "$lf_info"), ("QUERY_STRING", "$query_string"),
      ("REQUEST_METHOD", "$request_method"), ("REQUEST_URI", "$request_uri"),
      ("DOCUMENT_URI", "$document_uri"), ("CONTENT_TYPE", "$content_type"),
      ("CONTENT_LENGTH", "$content_length"), ("SERVER_PROTOCOL", "$server_protocol"),
      ("REQUEST_SCHEME", "$scheme"), ("HTTPS", "\(https) if_not_empty"),
      ("GATEWAY_INTERFACE", "CGI/1.1"), ("SERVER_SOFTWARE", "nginx"),
      ("REMOTE_ADDR", "$remote_addr"), ("REMOTE_PORT", "$remote_port"),
      ("SERVER_ADDR", "$server_addr"), ("SERVER_PORT", port), ("SERVER_NAME", "$host"),
      ("REDIRECT_STATUS", "200"), ("HTTP_PROXY", "\"\""),
    ]
    return ["", "# PHP sees the resolved path, or its caches would mix platforms."]
      + params.map { "fastcgi_param \($0) \($1);" } + ["client_max_body_size 64m;"]
  }

  private func block(_ head: String, _ lines: [String]) -> [String] {
    ["\(head) {"] + WebText.indented(lines) + ["}"]
  }
}
