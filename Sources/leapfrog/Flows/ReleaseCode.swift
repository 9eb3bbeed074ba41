import LeapfrogControl
import LeapfrogCore

/// The code of a release: fetched, read and packed once, however many hosts get it.
actor ReleaseCode {
  private let context: Context
  private let pair: PairConfiguration
  private let isShared: Bool
  private var readers: [String: Task<CodeReader, any Error>] = [:]
  private var parcels: [String: CodeParcel] = [:]

  /// - Parameter isShared: whether more than one host gets it.
  init(context: Context, pair: PairConfiguration, isShared: Bool = false) {
    (self.context, self.pair, self.isShared) = (context, pair, isShared)
  }

  /// The repository, fetched; a full commit id that the mirror holds needs no fetch.
  func fetched(for ref: String? = nil) async throws -> CodeReader {
    let commit = ref.flatMap { ObjectID($0) }
    let key = commit?.hex ?? ""
    let (context, pair) = (context, pair)
    let task = readers[key] ?? Task { try await context.fetchedCode(of: pair, for: commit?.hex) }
    readers[key] = task
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  /// What a host gets.
  func parcel(_ ref: ResolvedRef, _ reader: CodeReader, for host: String) throws -> CodeParcel {
    let isPacked = host != "local"
    let key = "\(ref.commit.hex) \(isPacked)"
    if let parcel = parcels[key] { return parcel }
    let parcel = try CodeParcel(
      code: reader, commit: ref.commit, isPacked: isPacked, isShared: isShared)
    parcels[key] = parcel
    return parcel
  }
}
