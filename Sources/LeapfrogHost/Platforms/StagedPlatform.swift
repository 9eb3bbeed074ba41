import Foundation
import LeapfrogCore

/// A platform that was staged to its end: what its build made of it, and whether it is still so.
/// Used with the pair's lock held.
struct StagedPlatform {
  let layout: Layout
  let platform: PlatformName

  private var store: ManifestStore { ManifestStore(layout: layout, platform: platform) }

  /// Records what a build left: its own topmost paths, and the files of the tree that it changed,
  /// which are nobody's edits. The platform is ready when the build succeeded.
  ///
  /// - Parameter account: who built, when everything is to be taken back from that account.
  /// - Throws: `Failure` when the platform was not staged to its end, cannot be read, or cannot be taken back.
  func recordBuild(_ command: Command, succeeded: Bool = true, takingBackFrom account: uid_t? = nil)
    throws
  {
    let before = try complete()
    let inspection = try inspect(before)
    var header = before.header
    header.state = succeeded ? .ready : .unbuilt
    header.build = command.digest
    header.built = succeeded ? Date() : nil
    header.boot = Boot.id
    let outputs = inspection.outputs + inspection.strays + inspection.empties
    var manifest = try PlatformManifest(
      header: header, table: inspection.table, outputs: outputs)
    if let account { try pass(.takingBack(from: account), to: try owner(), &manifest) }
    try Changes.syncAll(layout.platform(platform))
    try store.writeComplete(manifest)
  }

  /// Gives everything to the account that builds.
  ///
  /// - Throws: `Failure` when the platform was not staged to its end, or something cannot be given.
  func lend(to user: uid_t, _ group: gid_t) throws {
    var manifest = try complete()
    try pass(.lending, to: (user, group), &manifest)
    try store.writeComplete(manifest)
  }

  /// Takes everything back from an account whose build did not come to its end.
  ///
  /// - Throws: `Failure` when something cannot be taken, or is open for writing somewhere.
  func takeBack(from user: uid_t) throws {
    guard case .complete(var manifest) = try store.load() else {
      return try OwnershipPass(
        layout.platform(platform), to: try owner(), .takingBack(from: user)
      ).run()
    }
    try pass(.takingBack(from: user), to: try owner(), &manifest)
    try store.writeComplete(manifest)
  }

  /// A change of owner changes the stamps; a file that had the recorded one keeps what is known of it.
  private func pass(
    _ purpose: OwnershipPass.Purpose, to owner: (user: uid_t, group: gid_t),
    _ manifest: inout PlatformManifest
  ) throws {
    var changed = manifest
    try OwnershipPass(layout.platform(platform), to: owner, purpose) { path, before, after in
      changed.restamp(path, from: Found(before).stamp, to: Found(after).stamp)
    }.run()
    manifest = changed
  }

  /// Whose a pair's code is.
  private func owner() throws -> (user: uid_t, group: gid_t) {
    guard let status = FileStatus(layout.own) else { throw Failure.system("look at", layout.own) }
    return (status.owner, status.group)
  }

  /// What is there that the manifest does not say. Unchanged files are known by their stamps; after
  /// the machine went down since the last time, everything is read.
  ///
  /// - Parameter ignored: paths below the platform that are not judged: the links of sites.
  /// - Throws: `Failure` when the platform was not staged to its end, or cannot be read.
  func verify(ignoring ignored: [String] = []) throws -> Drift {
    let manifest = try complete()
    let inspection = try inspect(manifest, ignoring: ignored)
    if inspection.drift.isEmpty { try refresh(manifest, inspection) }
    return inspection.drift
  }

  /// Spares the next verification the reading.
  private func refresh(_ manifest: PlatformManifest, _ inspection: Inspection) throws {
    var header = manifest.header
    header.boot = Boot.id
    let table = inspection.table
    let isWhole = table.slots.count(where: { $0.wanted != nil }) == manifest.files.count
    guard isWhole, header.boot != manifest.header.boot || inspection.hasNewStamps else { return }
    try store.writeComplete(
      PlatformManifest(header: header, table: table, outputs: manifest.outputs))
  }

  private func inspect(_ manifest: PlatformManifest, ignoring ignored: [String] = []) throws
    -> Inspection
  {
    let table = try SlotTable(manifest, ignoring: ignored)
    return try Inspection(layout.platform(platform), table, Knowledge(.complete(manifest)))
  }

  private func complete() throws -> PlatformManifest {
    switch try store.load() {
    case .complete(let manifest): return manifest
    case .nothing: throw Failure.refused("nothing was ever staged on \(platform) in \(layout.root)")
    case .interrupted: throw refusal("was not staged to its end")
    case .unknown: throw refusal("has a damaged manifest")
    }
  }

  private func refusal(_ fault: String) -> Failure {
    .refused(
      "\(platform) in \(layout.root) \(fault) and has to be staged again",
      remedy: "leapfrog upgrade PAIR REF --stage-only")
  }
}
