import Foundation
import LeapfrogCore

/// The environment of every command that leapfrog runs for an app: what `PassedVariables` lets through of
/// our own, the account, and where things are.
struct AppEnvironment {
  let layout: Layout
  let spec: PairSpec
  /// nil for the build, which belongs to no site.
  let site: String?
  let platform: PlatformName
  /// Whom the command runs as; nil for ourselves.
  var user: JobUser?

  /// The variables.
  var variables: [String: String] {
    let passed = PassedVariables(spec, site: site)
    var all = Environment.own().filter { passed.contains($0.key) }
    all["PATH"] = Self.path(all["PATH"])
    return all.merging(account(all["HOME"])) { $1 }.merging(own) { $1 }
  }

  /// The caller's path. What is relative in it would be looked up in the platform, whose files are not the
  /// caller's.
  private static func path(_ path: String?) -> String {
    let absolute = (path ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
    return absolute.isEmpty ? Program.usualPath : absolute.joined(separator: ":")
  }

  /// The command's account. Our own may have its home where the caller says.
  private func account(_ home: String?) -> [String: String] {
    let account = user ?? JobUser.own()
    return [
      "HOME": (user == nil ? home : nil) ?? account.home, "USER": account.name,
      "LOGNAME": account.name,
    ]
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
