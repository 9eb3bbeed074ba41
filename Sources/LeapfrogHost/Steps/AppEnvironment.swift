import Foundation
import LeapfrogCore

/// The environment of every command that leapfrog runs for an app: the caller's own, and where things are;
/// without the passwords of other sites.
struct AppEnvironment {
  let layout: Layout
  let spec: PairSpec
  /// nil for the build, which belongs to no site.
  let site: String?
  let platform: PlatformName

  /// The variables; those of leapfrog itself are not handed on.
  var variables: [String: String] {
    let foreign = foreignPasswords
    var all = ProcessInfo.processInfo.environment.filter {
      !$0.key.hasPrefix("LEAPFROG_") && !foreign.contains($0.key)
    }
    if all["PATH"] == nil {
      all["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    }
    return all.merging(own) { $1 }
  }

  /// The variables with passwords of databases of other sites.
  private var foreignPasswords: Set<String> {
    let all = spec.sites.compactMap(Self.passwordVariable)
    return Set(all).subtracting([site.flatMap(spec.site).flatMap(Self.passwordVariable) ?? ""])
  }

  private static func passwordVariable(of site: SiteSpec) -> String? {
    guard case .server(let server) = site.database, case .environment(let name) = server.password
    else { return nil }
    return name
  }

  private var own: [String: String] {
    let directory = layout.platform(platform)
    let header = try? PlatformManifest.header(of: platform, in: layout)
    return [
      "LEAPFROG_PAIR": spec.name,
      "LEAPFROG_SITE": site ?? "",
      "LEAPFROG_PLATFORM": directory,
      "LEAPFROG_DOCROOT": spec.docroot == "." ? directory : "\(directory)/\(spec.docroot)",
      "LEAPFROG_SITE_DATA": site.map(layout.site) ?? "",
      "LEAPFROG_REF": header?.ref ?? "",
      "LEAPFROG_COMMIT": header?.commit?.hex ?? "",
    ]
  }
}

/// The user that the commands of an app run as.
enum AppUser {
  /// The configured one, else the owner of the site's data; nil when that is who we are.
  static func of(_ site: SiteSpec, layout: Layout) throws -> JobUser? {
    if let name = site.user { return try JobUser.named(name) }
    return try JobUser.owner(ofTree: layout.site(site.name))
  }
}
