import Foundation

extension Failure {
  /// Sites that a host serves and a leapfrog.yml does not have. The file can be older than the host, so no
  /// command is advised that takes a site away.
  ///
  /// - Parameters:
  ///   - sites: their names; not empty.
  ///   - origin: how the first of them came to the host; nil where nobody knows.
  ///   - option: what names the host for commands, with a space before it; empty where there is one only.
  public static func unconfigured(
    _ sites: [String], of pair: String, origin: SiteOrigin?, option: String = ""
  ) -> Failure {
    let names = sites.prefix(10).joined(separator: ", ")
    let rest = sites.count > 10 ? " and \(sites.count - 10) more" : ""
    return .refused(
      "\(names)\(rest) of \(pair) \(sites.count == 1 ? "is" : "are") live here and not in this "
        + "leapfrog.yml; \(history(sites, origin))",
      remedy: "leapfrog site list \(pair)\(option)")
  }

  private static func history(_ sites: [String], _ origin: SiteOrigin?) -> String {
    guard let origin else { return "look whether this file is older than the site" }
    let name = sites.count == 1 ? "it" : sites[0]
    return "\(origin.actor) added \(name) at \(origin.time.formatted(.iso8601)) (release "
      + "\(origin.release)), and a file that is older than that lacks it"
  }
}
