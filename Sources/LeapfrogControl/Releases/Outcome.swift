import LeapfrogCore

extension ReleaseStatus {
  /// The exit status of the command that followed this release (the public contract).
  public var exitStatus: Int32 {
    switch state {
    case .done: attention.isEmpty ? 0 : 5
    case .partly: attention.isEmpty ? 3 : 5
    case .failed, .aborted: 1
    case .stuck, .interrupted: 5
    case .running: 0
    }
  }
}
