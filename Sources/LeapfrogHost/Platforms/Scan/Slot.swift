import LeapfrogCore

/// One path of a platform: what the manifest says, what the tree wants, what is there.
struct Slot: Sendable {
  /// What the commit has at a path.
  struct Wanted: Equatable, Sendable {
    var mode: EntryMode
    var id: ObjectID
  }

  /// What is known of the contents that are there.
  enum Content: Equatable, Sendable {
    case nothing
    /// A file or link with the contents of that object.
    case blob(ObjectID)
    /// What the build made of it, or an interrupted stage; nobody's work.
    case output
    /// Anything else: possibly somebody's work.
    case foreign
    /// A directory stands in the place of a file.
    case directory
  }

  /// What is still to be done.
  struct Tasks: OptionSet, Sendable {
    let rawValue: UInt8
    static let remove = Tasks(rawValue: 1)
    static let setAside = Tasks(rawValue: 2)
    static let mendMode = Tasks(rawValue: 4)
    static let write = Tasks(rawValue: 8)
  }

  let path: PathSpan
  var old: FileRecord?
  var wanted: Wanted?
  var found: Found?
  var content: Content = .nothing
  var tasks: Tasks = []

  /// Whether neither the manifest nor the tree has the path.
  var isNobodys: Bool { old == nil && wanted == nil }

  /// Whether what is there is a link or not, as it must be.
  var hasWantedKind: Bool {
    guard let found, let wanted else { return false }
    return (found.kind == .link) == (wanted.mode == .link)
  }
}
