import Glibc
import LeapfrogCore

/// The links from a platform to a site's data.
///
/// Each belongs to the owner of what it leads to, as far as that can be trusted: web servers that are told to follow
/// a link only to a file of the link's own owner then serve a site's uploads, and no link of a site's user leads them
/// to what another user owns. The directories that hold the links are not the sites', so nobody can exchange one.
struct Seat: Sendable {
  let layout: Layout
  let site: SiteSpec
  let platform: PlatformName

  private var directory: String { layout.platform(platform) }

  /// Makes the links; those that are right are left alone.
  ///
  /// - Throws: `Failure` when the tree, or another site, has something at a link's path.
  func take() throws {
    for (path, data) in site.links.sorted(by: { $0.key < $1.key }) {
      try Failpoint.around("seat.link") { try link(path, to: data) }
    }
  }

  /// Gives the links that are there the owners that they should have; for platforms that were seated by an
  /// older leapfrog, or before the data had its owner.
  func mendOwners() throws {
    for (path, data) in site.links where isOurs(path, data) {
      try own("\(directory)/\(path)", data)
    }
  }

  /// Removes the links that are ours, and the directories that only they needed.
  func leave() throws {
    for (path, data) in site.links where isOurs(path, data) {
      try Failpoint.around("unseat.link") { try Files.removeForGood("\(directory)/\(path)") }
      removeEmptyParents(of: path)
    }
  }

  /// Checks that every path is free, or ours already.
  func verifyFree() throws {
    for (path, data) in site.links where !isOurs(path, data) && Files.exists("\(directory)/\(path)")
    {
      throw occupied(path)
    }
  }

  private func link(_ path: String, to data: String) throws {
    let full = "\(directory)/\(path)"
    if isOurs(path, data) { return try own(full, data) }
    guard !Files.exists(full) else { throw occupied(path) }
    try makeParents(of: path)
    try Files.prepareLink(full, target: target(path, data))
    try own(Files.temporaryName(full), data)
    try Files.rename(Files.temporaryName(full), to: full)
  }

  private func own(_ link: String, _ data: String) throws {
    guard geteuid() == 0, let owner = LinkOwner(layout.site(site.name), user: site.user).of(data),
      let status = FileStatus(link), status.owner != owner
    else { return }
    try system("give", link) { lchown(link, owner, status.group) }
  }

  private func occupied(_ path: String) -> Failure {
    .failed(
      "\(platform) has something at \(path), where the link of \(site.name) belongs; "
        + "take it out of the repository or give the link another path")
  }

  private func isOurs(_ path: String, _ data: String) -> Bool {
    Files.target(ofLink: "\(directory)/\(path)") == target(path, data)
  }

  /// The target, relative to the link, so that the pair's root can be moved or mounted elsewhere.
  private func target(_ path: String, _ data: String) -> String {
    let depth = path.split(separator: "/").count
    let place = "sites/\(site.name)" + (data == "." ? "" : "/\(data)")
    return String(repeating: "../", count: depth) + place
  }

  /// Makes the directories above a link, and never passes through a link on the way.
  private func makeParents(of path: String) throws {
    var current = directory
    for part in path.split(separator: "/").dropLast() {
      current += "/\(part)"
      try Files.makeDirectory(current)
    }
  }

  private func removeEmptyParents(of path: String) {
    var parts = path.split(separator: "/").dropLast()
    while !parts.isEmpty,
      Files.removeDirectoryIfEmpty("\(directory)/\(parts.joined(separator: "/"))")
    {
      parts = parts.dropLast()
    }
  }
}
