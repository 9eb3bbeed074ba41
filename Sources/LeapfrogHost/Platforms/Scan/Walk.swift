import Glibc
import LeapfrogCore

/// Goes through a platform's directories, takes the status of what the slots name, and notes what
/// they do not. No link is followed, and no directory entered that no slot leads into.
struct Walk {
  /// A topmost path that no slot names.
  struct Unexpected {
    var path: PathSpan
    var isDirectory: Bool
    /// A directory with nothing in it.
    var isEmpty: Bool
  }

  private(set) var table: SlotTable
  private(set) var unexpected: [Unexpected] = []
  /// Directories that not everybody may enter, as the tree's files must be readable.
  private(set) var narrow: [PathSpan] = []
  private var cursor = 0
  private var current: [UInt8] = []

  /// Walks the platform of that path.
  init(_ root: String, _ table: SlotTable) throws {
    self.table = table
    let directory = try OpenDirectory(root)
    try visit(directory)
  }

  private mutating func visit(_ directory: borrowing OpenDirectory) throws {
    let listing = try directory.list()
    let length = current.count
    for item in listing.items {
      try listing.lend(item) { name in
        current.append(contentsOf: name)
        defer { current.removeSubrange(length...) }
        try visit(name, item, in: directory.number)
      }
    }
  }

  private mutating func visit(
    _ name: UnsafeRawBufferPointer, _ item: Listing.Item, in directory: Int32
  ) throws {
    guard let text = name.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
    if item.isDirectory { return try enter(text, in: directory) }
    skipSlotsBeforeCurrent()
    guard cursor < table.slots.count, orderToCurrent() == 0 else {
      return try note(isDirectory: false)
    }
    table.slots[cursor].found = FileStatus(text, in: directory)
    cursor += 1
  }

  private mutating func enter(_ name: UnsafePointer<CChar>, in directory: Int32) throws {
    current.append(UInt8(ascii: "/"))
    skipSlotsBeforeCurrent()
    let leadsOn = cursor < table.slots.count && slotBeginsWithCurrent()
    let child = try OpenDirectory(
      name, in: directory, path: String(decoding: current, as: UTF8.self))
    guard leadsOn else {
      current.removeLast()
      return try note(isDirectory: true, isEmpty: try child.isEmpty())
    }
    try noteIfNarrow(child)
    try visit(child)
  }

  private mutating func skipSlotsBeforeCurrent() {
    while cursor < table.slots.count, orderToCurrent() < 0 { cursor += 1 }
  }

  private func orderToCurrent() -> Int {
    current.withUnsafeBytes { table.paths.order(table.slots[cursor].path, $0) }
  }

  private func slotBeginsWithCurrent() -> Bool {
    current.withUnsafeBytes { current in
      table.paths.lend(table.slots[cursor].path) { TreeShape.hasPrefix($0, current) }
    }
  }

  private mutating func note(isDirectory: Bool, isEmpty: Bool = false) throws {
    let path = try table.append(stray: current)
    unexpected.append(Unexpected(path: path, isDirectory: isDirectory, isEmpty: isEmpty))
  }

  private mutating func noteIfNarrow(_ directory: borrowing OpenDirectory) throws {
    var info = stat()
    guard fstat(directory.number, &info) == 0, info.st_mode & 0o755 != 0o755 else { return }
    narrow.append(try table.append(stray: Array(current.dropLast())))
  }
}
