extension Slot {
  /// What has to be done so that the slot holds what is wanted and nothing is lost.
  var plan: Tasks {
    guard let wanted else { return clearing }
    guard content == .blob(wanted.id), hasWantedKind else { return clearing.union(.write) }
    return found?.permits(wanted.mode) == true ? [] : .mendMode
  }

  /// How the place gets free.
  private var clearing: Tasks {
    switch content {
    case .nothing, .directory: []
    case .blob, .output: .remove
    case .foreign: .setAside
    }
  }

  /// Whether the manifest has what is wanted.
  var isUnchanged: Bool {
    guard let old, let wanted else { return false }
    return old.id == wanted.id && old.mode == wanted.mode
  }
}
