import LeapfrogCore

/// Everything that a web server's configuration for a pair says, whichever server it is for.
public struct WebServerPlan: Sendable, Equatable {
  /// What the operator says beside leapfrog.yml.
  public struct Options: Sendable, Equatable {
    /// Where the sites are served; empty for the port of the pair's `address`, else 80 or 443.
    public var listen: [ListenAddress] = []
    /// Where `preview/` is served; nil for the pair's `preview`, else port 8089.
    public var preview: ListenAddress?
    /// Where PHP-FPM listens: `unix:PATH` or `HOST:PORT`; nil for Debian's socket where the app is
    /// PHP.
    public var php: String?
    /// Certificate and key, both paths on the host.
    public var tls: TLSFiles?
    /// Whether hosts that are not listed are served, too; nil for the server's standard.
    public var servesAnyDomain: Bool?
    /// Whether Apache reads `.htaccess` files.
    public var readsHtaccess = false

    /// The options where the operator says nothing.
    public init() {}
  }

  /// The files of a server's identity.
  public struct TLSFiles: Sendable, Equatable {
    /// The certificate's path on the host.
    public var certificate: String
    /// The path of the certificate's private key on the host.
    public var key: String

    /// - Throws: `Failure` of kind `usage` for a path that a web server's configuration would misread.
    public init(certificate: String, key: String) throws {
      self.certificate = try Quoting.checked(path: certificate, "the certificate")
      self.key = try Quoting.checked(path: key, "the key")
    }
  }

  /// Who answers for PHP.
  enum PHP: Sendable, Equatable {
    case socket(String)
    case port(ListenAddress)
  }

  /// A pool of PHP-FPM that answers for the sites of one user.
  struct Pool: Sendable, Equatable {
    let name: String
    let user: String
    var sites: [String]
    var domains: [String]

    var socket: String { "/run/php/\(name).sock" }
    /// What its sites need besides code and data: sessions, and what is being uploaded.
    var directory: String { "/var/lib/php/\(name)" }
  }

  /// Whether there are pools to print.
  public var hasPools: Bool { !pools.isEmpty }

  let pair: String
  let root: String
  /// The document root below a platform: empty, or with the slash it begins with.
  let docroot: String
  let domains: [String]
  let servesAnyDomain: Bool?
  /// Other pairs of the same host, whose new domains are nobody's to guess.
  let neighbours: [String]
  /// Where the sites are served; never empty.
  public let listen: [ListenAddress]
  /// Where `preview/` is served: an address that only the host itself can reach.
  public let preview: ListenAddress
  /// The line for leapfrog.yml that is missing there; nil where it is right.
  public let missingPreview: String?
  let php: PHP?
  /// The pools of the sites' own users; empty where the sites do not have several.
  let pools: [Pool]
  let front: String?
  let denied: [String]
  let tls: TLSFiles?
  let readsHtaccess: Bool

  /// The index pages of directories, the first that is there counts.
  var indexes: [String] { php == nil ? ["index.html"] : ["index.php", "index.html"] }

  /// The port that visitors use.
  var publicPort: Int { listen.first?.port ?? 80 }

  /// - Throws: `Failure` of kind `usage` for a listener of the preview that others can reach, and for
  ///   paths that cannot be written down.
  public init(
    _ pair: PairConfiguration, web: WebProfile, neighbours: [String], options: Options
  ) throws {
    let spec = pair.spec
    self.pair = spec.name
    root = try Quoting.checked(path: spec.root, "the root of \(spec.name)")
    docroot =
      spec.docroot == "."
      ? "" : "/" + (try Quoting.checked(path: spec.docroot, "the docroot of \(spec.name)"))
    domains = spec.sites.flatMap(\.domains)
    self.neighbours = neighbours
    servesAnyDomain = options.servesAnyDomain
    tls = options.tls
    listen = Self.listen(spec, options)
    preview = try Self.preview(spec, options)
    missingPreview = Self.missing(spec.preview, preview)
    php = try Self.php(options.php, web)
    pools = web.php && options.php == nil ? Self.pools(spec) : []
    front = try web.front.map { try Quoting.checked(path: $0, "the front script") }
    let data = DataPatterns(sites: spec.sites, docroot: spec.docroot)
    denied = web.deny.map(Quoting.denied) + data.denied
    readsHtaccess = options.readsHtaccess
  }

  /// One for each user, where there are several.
  private static func pools(_ spec: PairSpec) -> [Pool] {
    var pools: [Pool] = []
    for site in spec.sites {
      guard let user = site.user else { continue }
      let index = pools.firstIndex { $0.user == user } ?? pools.endIndex
      if index == pools.endIndex {
        pools.append(
          Pool(name: "leapfrog-\(spec.name)-\(user)", user: user, sites: [], domains: []))
      }
      pools[index].sites.append(site.name)
      pools[index].domains += site.domains
    }
    return Set(spec.sites.map(\.user)).count > 1 ? pools : []
  }

  private static func listen(_ spec: PairSpec, _ options: Options) -> [ListenAddress] {
    guard options.listen.isEmpty else { return options.listen }
    if options.tls != nil { return [ListenAddress(port: 443)] }
    return [ListenAddress(port: ListenAddress(url: spec.address)?.port ?? 80)]
  }

  private static func preview(_ spec: PairSpec, _ options: Options) throws -> ListenAddress {
    let standard = ListenAddress(host: "127.0.0.1", port: 8089)
    var address = options.preview ?? ListenAddress(url: spec.preview) ?? standard
    if address.host == nil || address.host == "localhost" { address.host = "127.0.0.1" }
    guard address.isLoopback else {
      throw Failure.usage(
        "the preview at \(address) could be reached from elsewhere, and it serves code that no "
          + "visitor may see yet; choose an address of this machine alone",
        remedy: "leapfrog webserver nginx \(spec.name) --preview 127.0.0.1:\(address.port)")
    }
    return address
  }

  private static func missing(_ written: String?, _ preview: ListenAddress) -> String? {
    ListenAddress(url: written) == preview ? nil : "preview: http://\(preview)"
  }

  private static func php(_ address: String?, _ web: WebProfile) throws -> PHP? {
    guard let address else { return web.php ? .socket("/run/php/php-fpm.sock") : nil }
    guard address.hasPrefix("unix:") || address.hasPrefix("/") else {
      return .port(try ListenAddress(address))
    }
    let path = address.hasPrefix("/") ? address : String(address.dropFirst("unix:".count))
    return .socket(try Quoting.checked(path: path, "the socket of PHP"))
  }
}
