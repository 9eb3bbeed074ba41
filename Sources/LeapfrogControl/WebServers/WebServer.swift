/// A web server that leapfrog writes the configuration of.
public enum WebServer: String, Codable, Sendable, CaseIterable {
  case nginx, apache
  /// The pools of PHP-FPM, one for each user of the pair's sites.
  case pools = "php-fpm"

  /// The configuration.
  public func configuration(_ plan: WebServerPlan) -> String {
    switch self {
    case .nginx: NginxText(plan: plan).text
    case .apache: ApacheText(plan: plan).text
    case .pools: PoolText(plan: plan).text
    }
  }
}

/// What both servers say alike.
enum WebText {
  /// A name that can be a directory below `aliases/`.
  static let host = "^[a-z0-9][a-z0-9._-]*$"
  /// Files whose name begins with a dot, but for what certificates and the like are asked for.
  static let dotFile = "/\\.(?!well-known/)"
  /// Files that no page leads to: code, settings, databases, keys, copies. Code is run or not there,
  /// never shown.
  static let unserved = "(?:~|\\.(?:\(kinds)))"

  private static let kinds = [
    "php[0-9]?", "phtml", "phps", "phar", "inc", "cgi", "pl", "py", "rb", "sh", "ini", "cfg",
    "conf", "env", "ya?ml", "toml", "lock", "log", "sql", "sqlite[0-9]?", "db", "key", "pem", "p12",
    "bak", "old", "orig", "swp",
  ].joined(separator: "|")

  /// Seconds after which visitors, and search engines, come again.
  static let retryAfter = 30

  /// Without double quotes, `$` and `%`, and in ASCII, so that both servers take it as it is.
  static let page = """
    <!doctype html><html lang='en'><meta charset='utf-8'>\
    <meta name='viewport' content='width=device-width'>\
    <meta http-equiv='refresh' content='\(retryAfter)'><title>Back in a moment</title>\
    <style>body{font:1.1rem/1.6 system-ui,sans-serif;color:#333;max-width:32rem;\
    margin:20vh auto 0;padding:0 1rem;text-align:center}</style>\
    <h1>Back in a moment</h1><p>This site is being updated.</html>
    """

  /// Lines with an indentation.
  static func indented(_ lines: [String]) -> [String] {
    lines.map { $0.isEmpty ? "" : "  \($0)" }
  }
}
