import Dispatch
import Glibc
import LeapfrogCore
import Synchronization

/// Goes through a platform's directories, takes the status of what the slots name, and notes what
/// they do not. No link is followed, and no directory entered that no slot leads into.
struct Walk: Sendable {
  /// A topmost path that no slot names.
  struct Unexpected {
    var path: [UInt8]
    /// A directory with nothing in it.
    var isEmpty: Bool
  }

  /// What is there of each slot of the range.
  private(set) var found: [Found?]
  private(set) var unexpected: [Unexpected] = []
  /// Directories that not everybody may enter, as the tree's files must be readable.
  private(set) var narrow: [[UInt8]] = []

  private let table: SlotTable
  private let range: Range<Int>
  private var cursor: Int
  private var current: [UInt8] = []

  /// Walks what lies from the path of the range's first slot up to the one after it.
  private init(_ root: String, _ table: SlotTable, _ range: Range<Int>) throws {
    self.table = table
    self.range = range
    cursor = range.lowerBound
    found = Array(repeating: nil, count: range.count)
    let directory = try OpenDirectory(root)
    try visit(directory)
  }

  /// Walks the platform of that path, a large one in two threads.
  static func all(of root: String, _ table: SlotTable) throws -> Walk {
    let count = table.slots.count
    return try count > fewSlots
      ? inTwo(root, table, at: count / 2) : Walk(root, table, 0..<count)
  }

  /// Below this, a second thread costs more than it saves.
  private static let fewSlots = 2000

  /// Walks the slots before an index in one thread and the others in a second.
  static func inTwo(_ root: String, _ table: SlotTable, at middle: Int) throws -> Walk {
    let ranges = [0..<middle, middle..<table.slots.count]
    let halves = Mutex<[Result<Walk, any Error>?]>([nil, nil])
    DispatchQueue.concurrentPerform(iterations: 2) { index in
      let half = Result { try Walk(root, table, ranges[index]) }
      halves.withLock { $0[index] = half }
    }
    let walks = try halves.withLock { $0 }.compactMap { try $0?.get() }
    return walks.dropFirst().reduce(into: walks[0]) { $0.append($1) }
  }

  private mutating func append(_ other: Walk) {
    found += other.found
    unexpected += other.unexpected
    narrow += other.narrow
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
    if item.isDirectory { current.append(UInt8(ascii: "/")) }
    guard isInRange(item), !PlatformMarker.isMarker(current) else { return }
    while cursor < range.upperBound, orderToCurrent(cursor) < 0 { cursor += 1 }
    if item.isDirectory { return try enter(text, in: directory) }
    guard cursor < range.upperBound, orderToCurrent(cursor) == 0 else {
      unexpected.append(Unexpected(path: current, isEmpty: false))
      return
    }
    found[cursor - range.lowerBound] = FileStatus(text, in: directory).map(Found.init)
    cursor += 1
  }

  /// Whether this walk has to look at the current path: a directory that leads to the first slot of
  /// the range holds some of it.
  private func isInRange(_ item: Listing.Item) -> Bool {
    if range.upperBound < table.slots.count, orderToCurrent(range.upperBound) <= 0 { return false }
    guard range.lowerBound > 0, orderToCurrent(range.lowerBound) > 0 else { return true }
    return item.isDirectory && leadsOn(to: range.lowerBound)
  }

  private mutating func enter(_ name: UnsafePointer<CChar>, in directory: Int32) throws {
    let child = try OpenDirectory(
      name, in: directory, path: String(decoding: current, as: UTF8.self))
    guard leadsOn(to: cursor) else {
      let isEmpty = try child.isEmpty()
      return unexpected.append(Unexpected(path: current.dropLast(), isEmpty: isEmpty))
    }
    if isNarrow(child) { narrow.append(current.dropLast()) }
    try visit(child)
  }

  private func orderToCurrent(_ index: Int) -> Int {
    current.withUnsafeBytes { table.paths.order(table.slots[index].path, $0) }
  }

  /// Whether a slot's path begins with the current one. The first half of a walk in two may end
  /// with a directory whose slots all belong to the second.
  private func leadsOn(to index: Int) -> Bool {
    guard index < table.slots.count else { return false }
    return current.withUnsafeBytes { current in
      table.paths.lend(table.slots[index].path) { TreeShape.hasPrefix($0, current) }
    }
  }

  private func isNarrow(_ directory: borrowing OpenDirectory) -> Bool {
    var info = stat()
    return fstat(directory.number, &info) == 0 && info.st_mode & 0o755 != 0o755
  }
}
