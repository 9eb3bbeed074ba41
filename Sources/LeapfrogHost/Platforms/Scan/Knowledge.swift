import LeapfrogCore

/// How far what is recorded of a platform can be relied on.
struct Knowledge {
  /// Whether the manifest says exactly what should be there.
  let isComplete: Bool
  /// Whether an unchanged stamp proves unchanged contents: not after the machine went down.
  let trustsStamps: Bool
  /// Whether a file at a path that only the new tree has is worth reporting: not where a stage that
  /// was interrupted may have put it.
  let reportsNewPaths: Bool
  let outputs: Outputs
  /// The contents that an interrupted stage was to write: nobody's work, wherever they are.
  let begun: Set<ObjectID>

  init(_ holding: ManifestStore.Holding) {
    let manifest = holding.manifest
    outputs = Outputs(manifest)
    trustsStamps = manifest?.header.boot == Boot.id
    if case .interrupted(let manifest, _) = holding {
      begun = Set(manifest.files.lazy.map(\.id))
    } else {
      begun = []
    }
    switch holding {
    case .complete: (isComplete, reportsNewPaths) = (true, true)
    case .nothing, .unknown: (isComplete, reportsNewPaths) = (false, true)
    case .interrupted: (isComplete, reportsNewPaths) = (false, false)
    }
  }
}

extension ManifestStore.Holding {
  /// The last complete manifest, where it is known.
  var manifest: PlatformManifest? {
    switch self {
    case .nothing, .unknown: nil
    case .interrupted(_, let before): before
    case .complete(let manifest): manifest
    }
  }
}

/// The topmost paths that a build made.
struct Outputs {
  private var paths: Set<[UInt8]> = []

  init(_ manifest: PlatformManifest?) {
    guard let manifest else { return }
    paths = Set(manifest.outputs.map(manifest.paths.copy))
  }

  /// Whether the path is one of them, or lies below one.
  func cover(_ span: PathSpan, in pool: PathPool) -> Bool {
    guard !paths.isEmpty else { return false }
    let path = pool.copy(span)
    let slashes = path.indices.filter { path[$0] == UInt8(ascii: "/") }
    return paths.contains(path) || slashes.contains { paths.contains(Array(path[..<$0])) }
  }
}
