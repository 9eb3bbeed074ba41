import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// Whose files root reads, and gives away, in a site's data.
@Suite(.enabled(if: geteuid() == 0)) struct DataOwnersTests {
  private let sandbox: DataSandbox
  private var file: String { "\(sandbox.data)/file" }

  init() throws {
    sandbox = try DataSandbox()
    try sandbox.write("somebody's", to: "file")
    link(file, "\(sandbox.root)/elsewhere")
    chown(file, Stranger.other, Stranger.other)
  }

  private func read(_ accounts: Set<uid_t>, kept: Bool) throws {
    let owners = DataOwners(accounts: accounts, areNamesKept: kept)
    _ = try DirectoryTree(sandbox.data, owners: owners).openFile(TreePath("file"))
  }

  @Test func aSecondNameOfAnothersFileIsNotRead() throws {
    let failure = #expect(throws: Failure.self) { try read([Stranger.own], kept: false) }
    #expect(failure?.kind == .refused && failure?.message.contains(file) == true)
    try read([Stranger.other], kept: false)
    try read([Stranger.own], kept: true)
    unlink("\(sandbox.root)/elsewhere")
    try read([Stranger.own], kept: false)
  }

  /// A file that somebody else has is never given to the owner of the data.
  @Test func aRestoreGivesNothingOfOthersAway() throws {
    let elsewhere = "\(sandbox.root)/elsewhere"
    try Files.remove(file)
    try sandbox.write("somebody's", to: "file")
    try Stranger.give(sandbox.data, to: Stranger.own)
    let id = BackupStore.newID()
    let made = try sandbox.store.finish(
      site: sandbox.site, id: id, data: sandbox.data, engine: nil, hot: false)
    try Files.remove(file)
    link(elsewhere, file)
    try sandbox.store.restoreFiles(made, to: sandbox.data, aside: sandbox.aside, engine: nil)
    #expect(FileStatus(elsewhere)?.owner == Stranger.other)
    #expect(FileStatus(file)?.owner == Stranger.own)
  }

  /// Who owns a directory above the data can put a link there, and with it root's commands elsewhere.
  @Test func aLinkToTheDataIsRootsOrNone() throws {
    let (home, data) = ("\(sandbox.root)/home", "\(sandbox.root)/sites/b.example.com")
    try Files.makeDirectories("\(home)/data")
    symlink("\(home)/data", data)
    _ = try DirectoryTree(data)
    chown(home, Stranger.own, Stranger.own)
    _ = try DirectoryTree(data)
    rmdir("\(home)/data")
    symlink("/root", "\(home)/data")
    lchown("\(home)/data", Stranger.own, Stranger.own)
    #expect(throws: Failure.self) { try DirectoryTree(data) }
    #expect(throws: Failure.self) { try JobUser.owner(ofTree: data) }
  }
}
