import LeapfrogCore

/// The links of a site's domains: `aliases/`, `preview/` and `closed/`.
struct Domains: Sendable {
  let layout: Layout

  /// Checks that no domain of the site leads to another one.
  func verifyFree(for site: SiteSpec) throws {
    for domain in site.domains {
      guard let owner = owner(of: domain), owner != site.name else { continue }
      throw Failure.refused(
        "the domain \(domain) of \(site.name) leads to the site \(owner) already; "
          + "take it away from one of the two in leapfrog.yml")
    }
  }

  /// Makes every link of the site's domains; those that are right are left alone.
  func connect(_ site: SiteSpec, preview platform: PlatformName) throws {
    for domain in site.domains {
      try point(layout.closed(domain), at: "../maintenance/\(site.name)")
      try point(layout.preview(domain), at: "../\(platform.rawValue)")
      try point(layout.alias(domain), at: "../live/\(site.name)")
    }
  }

  /// Points the preview of the site's domains at a platform.
  func preview(_ site: SiteSpec, on platform: PlatformName) throws {
    for domain in site.domains { try point(layout.preview(domain), at: "../\(platform.rawValue)") }
  }

  /// Removes the links of domains that lead to the site and are not in `keeping`.
  func disconnect(_ site: String, keeping: [String] = []) throws {
    for domain in try Files.names(in: layout.aliases)
    where !keeping.contains(domain) && owner(of: domain) == site {
      for path in [layout.alias(domain), layout.preview(domain), layout.closed(domain)] {
        try Files.remove(path)
      }
    }
    for directory in [layout.aliases, layout.previews, layout.closed] {
      try Files.sync(directory: directory)
    }
  }

  private func owner(of domain: String) -> String? {
    let prefix = "../live/"
    guard let target = Files.target(ofLink: layout.alias(domain)), target.hasPrefix(prefix) else {
      return nil
    }
    return String(target.dropFirst(prefix.count))
  }

  private func point(_ path: String, at target: String) throws {
    guard Files.target(ofLink: path) != target else { return }
    try Files.replaceLink(path, target: target)
  }
}
