import Foundation
import LeapfrogCore

/// Brings an idle platform to exactly one commit's tree: `begin`, then a `receive` for every blob
/// that it needs, then `finish`. Used by one thread, with the pair's lock held.
///
/// Until `finish` has returned, the platform is incomplete, whatever happens to this process; a new
/// stage takes up what is there.
final class Stage {
  private let layout: Layout
  private let platform: PlatformName
  private let header: PlatformManifest.Header
  private let store: ManifestStore
  private var work: StageWork?
  /// The manifest, when the platform is as wanted already.
  private var done: PlatformManifest?

  init(
    layout: Layout, platform: PlatformName, ref: String, commit: ObjectID, build: Command
  ) {
    self.layout = layout
    self.platform = platform
    store = ManifestStore(layout: layout, platform: platform)
    header = PlatformManifest.Header(
      state: build.isNone ? .ready : .unbuilt, ref: ref, commit: commit, build: build.digest)
  }

  /// Compares, makes room, writes what this host has already, and says which blobs are to be sent.
  /// With `base`, the entries are a difference to that commit; when the platform does not hold
  /// exactly it, nothing has happened and the whole tree is to be sent.
  ///
  /// - Throws: `Failure` when the tree has a path that no tree may have, a newer leapfrog wrote the
  ///   manifest, or the disk refuses.
  func begin(entries: [TreeEntry], base: ObjectID?) throws -> StageNeeds {
    try TreeShape.check(entries)
    let holding = try store.load()
    guard let table = try table(holding, entries, base) else {
      return StageNeeds(platform: platform, wantsWholeTree: true)
    }
    try Files.makeDirectories(layout.own, mode: 0o700)
    try Files.makeDirectories(layout.platform(platform))
    let inspection = try Inspection(layout.platform(platform), table, Knowledge(holding))
    let drift = inspection.drift
    done = doneBefore(holding, inspection)
    let work = try StageWork(layout, platform, inspection)
    if done == nil {
      try work.prepare { table in
        try store.writeIntent(PlatformManifest(intent: header, table: table), over: holding)
      }
    }
    self.work = work
    return StageNeeds(platform: platform, blobs: work.needs, drift: drift)
  }

  /// Writes a blob to every path that has it.
  ///
  /// - Throws: `Failure` when the bytes are not those of the id, nobody asked for it, or the disk
  ///   refuses.
  func receive(_ id: ObjectID, _ bytes: UnsafeRawBufferPointer) throws {
    try begun().receive(id, bytes)
  }

  /// Makes everything last and writes the manifest: from here on the platform is at the commit.
  ///
  /// - Throws: `Failure` when blobs are missing, or the disk refuses.
  func finish() throws -> Staged {
    let work = try begun()
    try work.checkIsWhole()
    try work.sync()
    try write(work)
    try store.removeBefore()
    try BlobStash.remove(layout, platform)
    self.work = nil
    return work.staged
  }

  private func write(_ work: StageWork) throws {
    var finished = done?.header ?? header
    finished.ref = header.ref
    finished.boot = Boot.id
    if finished == done?.header, !work.hasNewStamps { return }
    if done == nil { finished.staged = Date() }
    try store.writeComplete(try work.manifest(finished, outputs: done?.outputs ?? []))
  }

  private func begun() throws -> StageWork {
    guard let work else { throw Failure.failed("nothing is being staged on \(platform)") }
    return work
  }

  private func table(
    _ holding: ManifestStore.Holding, _ entries: [TreeEntry], _ base: ObjectID?
  ) throws -> SlotTable? {
    guard let base else { return try SlotTable(holding, tree: entries) }
    guard case .complete(let manifest) = holding, manifest.header.commit == base else { return nil }
    return try SlotTable(manifest, difference: entries)
  }

  /// The manifest of a platform that was at this commit, built by this command, before anybody
  /// asked, and is so still.
  private func doneBefore(_ holding: ManifestStore.Holding, _ inspection: Inspection)
    -> PlatformManifest?
  {
    guard case .complete(let manifest) = holding else { return nil }
    let before = manifest.header
    let isSame = before.commit == header.commit && before.build == header.build
    guard before.state == .ready, isSame, inspection.isAsRecorded else { return nil }
    return manifest
  }
}
