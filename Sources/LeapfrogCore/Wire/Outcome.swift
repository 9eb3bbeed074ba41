extension ReleaseStatus {
  /// The class of failure that the release ended with; nil where it ended well or is not over.
  public var fault: Failure.Kind? {
    switch state {
    case .done: attention.isEmpty ? nil : .stuck
    case .partly: attention.isEmpty ? .partly : .stuck
    case .failed, .aborted: .failed
    case .stuck, .interrupted: .stuck
    case .running: nil
    }
  }

  /// The exit status of the command that followed this release (the public contract).
  public var exitStatus: Int32 { fault?.exitStatus ?? 0 }
}
