/// Asks the host to bring the idle platform to a commit. The bulk data is the tree, or, with `base`,
/// its difference to that commit, as `TreeEntry` lines.
public struct StageParams: Codable, Sendable {
  /// The pair's directory, absolute.
  public var root: String
  /// What the pair is, also where it has to be made.
  public var spec: PairSpec
  /// What people call the commit; it decides nothing.
  public var ref: String
  /// The commit that the platform is to hold.
  public var commit: ObjectID
  /// The platform to stage; nil for the idle one.
  public var platform: PlatformName?
  /// The commit that the bulk data is a difference to; nil for a whole tree.
  public var base: ObjectID?
  /// What is to be built afterwards, the pair's `wholeBuild`.
  public var build: Command
  /// Whether the pair may be made where it is not there yet.
  public var creates: Bool
  /// Who asks, as others are told who find the pair locked or changed.
  public var actor: String
  /// What the request is based on.
  public var claim: Claim

  /// A request to stage the idle platform of a pair that is there, from a whole tree, where nothing else
  /// is said.
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
  /// The platform that is being staged.
  public var platform: PlatformName
  /// True when the difference that was sent does not fit what the platform holds; nothing has
  /// happened yet, and the whole tree is to be sent.
  public var wantsWholeTree: Bool
  /// The object ids of the blobs to send, each once.
  public var blobs: [ObjectID]
  /// What was found on it that its manifest does not say.
  public var drift: Drift

  /// The answer to the begin of a stage; nothing is to be sent where nothing else is said.
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

  /// What was found; nothing where nothing is given.
  public init(modified: [String] = [], missing: [String] = [], strays: [String] = []) {
    self.modified = modified
    self.missing = missing
    self.strays = strays
  }

  /// Whether nothing was found.
  public var isEmpty: Bool { modified.isEmpty && missing.isEmpty && strays.isEmpty }
}

/// A platform whose code is written and verified.
public struct Staged: Codable, Sendable {
  /// The platform.
  public var platform: PlatformName
  /// How many files and links of the commit had to be written.
  public var written: Int
  /// How many paths were taken away that the commit does not have.
  public var removed: Int
  /// How many files and links of the commit were there already.
  public var kept: Int
  /// What was found before anything was changed.
  public var drift: Drift

  /// The answer to the end of a stage.
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
  /// The path below the platform.
  public var path: String
  /// nil for a path that is gone.
  public var mode: EntryMode?
  /// The object id of a file's contents, or of where a link leads; it says nothing for a path that is gone.
  public var id: ObjectID

  /// - Parameter mode: nil for a path that is gone.
  public init(path: String, mode: EntryMode?, id: ObjectID) {
    self.path = path
    self.mode = mode
    self.id = id
  }
}
