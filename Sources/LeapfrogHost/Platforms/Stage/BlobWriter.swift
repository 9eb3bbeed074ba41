import Glibc
import LeapfrogCore

/// Writes files and links below a platform. A file is made, never opened: what has its name
/// already, a link above all, is not written through.
final class BlobWriter {
  private let root: String
  private let chain: DirectoryChain

  init(_ root: String) throws {
    self.root = root
    chain = try DirectoryChain(root)
  }

  /// Writes a blob to its slot, as a file or a link.
  ///
  /// - Throws: `Failure` when something is there already, the link would lead out of the platform,
  ///   or the disk refuses.
  func write(_ bytes: UnsafeRawBufferPointer, to slot: Slot, in table: SlotTable) throws
    -> FileStatus?
  {
    guard let mode = slot.wanted?.mode else { return nil }
    return try table.paths.lend(slot.path) { path in
      try Failpoint.around("stage.file") {
        if mode == .link { return try link(bytes, path, in: table) }
        return try create(path, mode: mode) { number in
          try Files.writeAll(bytes, to: number, path: "\(root)/\(path.text)")
          return true
        }
      }
    }
  }

  /// Writes a file piece by piece; nil, and no file, when `fill` says that it is not good.
  func write(to slot: Slot, in table: SlotTable, fill: (Int32) throws -> Bool) throws
    -> FileStatus?
  {
    guard let mode = slot.wanted?.mode else { return nil }
    return try table.paths.lend(slot.path) { path in
      try Failpoint.around("stage.file") { try create(path, mode: mode, fill: fill) }
    }
  }

  private func create(
    _ path: UnsafeRawBufferPointer, mode: EntryMode, fill: (Int32) throws -> Bool
  ) throws -> FileStatus? {
    let directory = try chain.madeDirectory(of: path)
    guard let name = path.lastPart else { return nil }
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let number = retrying { openat(directory, name, flags, mode_t(mode.rawValue)) }
    guard number != -1 else { throw Failure.system("write", "\(root)/\(path.text)") }
    let file = Descriptor(adopting: number)
    var isGood = false
    // Half a file is of no use, and on a full disk it would keep the journal from working.
    defer { if !isGood { unlinkat(directory, name, 0) } }
    isGood = try fill(number)
    return isGood ? try settle(file, mode: mode) : nil
  }

  /// The status of a file whose mode the umask did not decide.
  private func settle(_ file: borrowing Descriptor, mode: EntryMode) throws -> FileStatus? {
    let status = FileStatus(file)
    if let status, Found(status).permits(mode) { return status }
    let number = file.number
    try system("set the mode of a file in", root) { fchmod(number, mode_t(mode.rawValue)) }
    return FileStatus(file)
  }

  private func link(
    _ target: UnsafeRawBufferPointer, _ path: UnsafeRawBufferPointer, in table: SlotTable
  ) throws -> FileStatus? {
    if let fault = LinkRule(table: table).fault(inTarget: target, of: path) {
      throw Failure.refused("the link '\(path.text)' of the tree \(fault)")
    }
    let directory = try chain.madeDirectory(of: path)
    guard let name = path.lastPart else { return nil }
    let text = target.map { CChar(bitPattern: $0) } + [0]
    try system("make the link", "\(root)/\(path.text)") { symlinkat(text, directory, name) }
    return FileStatus(name, in: directory)
  }
}
