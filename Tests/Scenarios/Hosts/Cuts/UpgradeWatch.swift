import Foundation
import Glibc

/// Watches an upgrade from the outside, on both ends.
struct UpgradeWatch {
  /// How far it is.
  enum Phase: String, CaseIterable {
    /// No command runs on the host yet.
    case reaching
    /// The host answers questions.
    case asking
    case staging
    /// The release is written down, and the controller has not seen anything of it.
    case answer
    case following
    case over
  }

  let upgrade: Running
  private let farm: Farm
  private let journal: JournalReader
  private let lastRelease: Int64
  private let begun = ContinuousClock.now

  init(_ farm: Farm, _ upgrade: Running, lastRelease: Int64) throws {
    (self.farm, self.upgrade, self.lastRelease) = (farm, upgrade, lastRelease)
    journal = try JournalReader(farm)
  }

  var isRunning: Bool { upgrade.process.isRunning }

  func phase() throws -> Phase {
    guard isRunning else { return .over }
    if try isJournalled() { return upgrade.text.contains("began: ") ? .following : .answer }
    if isStaging { return .staging }
    return farm.farHost?.server.commands().isEmpty == false ? .asking : .reaching
  }

  /// Waits for a moment, or for the end if that comes before.
  func wait(for moment: Moment) throws {
    switch moment {
    case .begin(let seconds): pass(seconds, after: begun)
    case .stage(let seconds):
      _ = Bounded.wait { isStaging || !isRunning }
      pass(seconds, after: .now)
    case .release(let seconds):
      _ = try Bounded.wait { try isJournalled() || !isRunning }
      pass(seconds, after: .now)
    }
  }

  private func pass(_ seconds: Double, after start: ContinuousClock.Instant) {
    let end = start + .seconds(seconds)
    while isRunning, ContinuousClock.now < end { usleep(1000) }
  }

  private func isJournalled() throws -> Bool { try journal.lastRelease() > lastRelease }

  private var isStaging: Bool { farm.lockText.contains("stage of \(Farm.largeRef)") }
}

extension Farm {
  /// What the one who holds the pair's lock, or held it last, has written there.
  var lockText: String {
    let path = root.appendingPathComponent(".leapfrog/lock").path
    return (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }

  /// Whether nobody holds the pair's lock.
  var isLockFree: Bool {
    let file = open(root.appendingPathComponent(".leapfrog/lock").path, O_RDWR | O_CLOEXEC)
    defer { close(file) }
    return flock(file, LOCK_EX | LOCK_NB) == 0
  }
}
