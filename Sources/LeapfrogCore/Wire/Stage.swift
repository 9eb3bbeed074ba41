/// Asks the host to bring the idle platform to a commit. The bulk data is the tree, or, with `base`,
/// its difference to that commit, as `TreeEntry` lines.
public struct StageParams: Codable, Sendable {
  public var root: String
  public var spec: PairSpec
  public var ref: String
  public var commit: ObjectID
  /// The platform to stage; nil for the idle one.
  public var platform: PlatformName?
  /// The commit that the bulk data is a difference to; nil for a whole tree.
  public var base: ObjectID?
  /// What is to be built afterwards, the pair's `wholeBuild`.
  public var build: Command
  /// Whether the pair may be made where it is not there yet.
  public var creates: Bool
  public var actor: String
  public var claim: Claim

  public init(
    root: String, spec: PairSpec, ref: String, commit: ObjectID, platform: PlatformName? = nil,
    base: ObjectID? = nil, build: Command, creates: Bool = false, actor: String,
    claim: Claim
  ) {
    self.root = root
    self.spec = spec
    self.ref = ref
    self.commit = commit
    self.platform = platform
    self.base = base
    self.build = build
    self.creates = creates
    self.actor = actor
    self.claim = claim
  }
}

/// What the host needs to write the tree.
public struct StageNeeds: Codable, Sendable {
  public var platform: PlatformName
  /// True when the difference that was sent does not fit what the platform holds; nothing has
  /// happened yet, and the whole tree is to be sent.
  public var wantsWholeTree: Bool
  /// The object ids of the blobs to send, each once.
  public var blobs: [ObjectID]
  public var drift: Drift

  public init(
    platform: PlatformName, wantsWholeTree: Bool = false, blobs: [ObjectID] = [],
    drift: Drift = Drift()
  ) {
    self.platform = platform
    self.wantsWholeTree = wantsWholeTree
    self.blobs = blobs
    self.drift = drift
  }
}

/// What was found on a platform that its manifest does not say; all of it is put right.
public struct Drift: Codable, Sendable, Equatable {
  /// Files of the tree with other contents, mode or kind.
  public var modified: [String]
  /// Files of the tree that are gone.
  public var missing: [String]
  /// Files that neither the tree nor the build made; set aside, not deleted.
  public var strays: [String]

  public init(modified: [String] = [], missing: [String] = [], strays: [String] = []) {
    self.modified = modified
    self.missing = missing
    self.strays = strays
  }

  public var isEmpty: Bool { modified.isEmpty && missing.isEmpty && strays.isEmpty }
}

/// A platform whose code is written and verified.
public struct Staged: Codable, Sendable {
  public var platform: PlatformName
  public var written: Int
  public var removed: Int
  public var kept: Int
  public var drift: Drift

  public init(platform: PlatformName, written: Int, removed: Int, kept: Int, drift: Drift) {
    self.platform = platform
    self.written = written
    self.removed = removed
    self.kept = kept
    self.drift = drift
  }
}

/// The kinds of entries that a platform can hold, by git's modes.
public enum EntryMode: UInt16, Sendable {
  case file = 0o644
  case executable = 0o755
  case link = 0o777
}

/// One file or link of a tree. On the wire: `MODE OID PATH\0`, MODE one of `f`, `x`, `l`, and `d`
/// (with zeros) for a path that a difference removes. Sorted by the bytes of the path.
public struct TreeEntry: Hashable, Sendable {
  public var path: String
  /// nil for a path that is gone.
  public var mode: EntryMode?
  public var id: ObjectID

  public init(path: String, mode: EntryMode?, id: ObjectID) {
    self.path = path
    self.mode = mode
    self.id = id
  }
}
