import Foundation
import LeapfrogCore

/// The files of a bare mirror: made by hand, so that no template, hook or setting gets in.
struct MirrorLayout: Sendable {
  /// The remote's name in the mirror's own configuration. Not `origin`, which a user's global
  /// configuration may say something about.
  static let remote = "leapfrog"

  let address: RepositoryAddress
  let directory: String

  /// Makes the mirror where it is missing or half there, and brings its configuration up to date.
  /// The caller holds the lock.
  func prepare() throws {
    if !isWhole { try create() }
    if Posix.read(file("config")) != configuration {
      try Posix.write(configuration, to: file("config"))
    }
    if let credential = address.credential {
      try Posix.write(credential + "\n", to: credentials)
    }
    sweep()
  }

  /// Puts a broken mirror aside; `restore` brings it back.
  func setAside() throws {
    try remove(aside)
    guard rename(directory, aside) == 0 else {
      throw Posix.failure("cannot set the broken mirror \(directory) aside")
    }
  }

  /// Brings back what was set aside.
  func restore() throws {
    try remove(directory)
    guard rename(aside, directory) == 0 else {
      throw Posix.failure("cannot bring back the mirror \(directory)")
    }
  }

  /// Removes what was set aside.
  func discardAside() throws { try remove(aside) }

  private var aside: String { directory + ".broken" }

  private var credentials: String { file("credentials") }

  private func file(_ name: String) -> String { "\(directory)/\(name)" }

  private var isWhole: Bool {
    ["config", "objects", "refs/heads", "refs/tags"].allSatisfy { Posix.exists(file($0)) }
      && Posix.read(file("HEAD"))?.hasPrefix("ref: refs/heads/") == true
  }

  private func create() throws {
    let fresh = MirrorLayout(address: address, directory: directory + ".new")
    try fresh.remove(fresh.directory)
    for name in ["objects/info", "objects/pack", "refs/heads", "refs/tags"] {
      try Posix.makeDirectory(fresh.file(name))
    }
    try Posix.write(configuration, to: fresh.file("config"))
    try Posix.write("ref: refs/heads/main\n", to: fresh.file("HEAD"))
    try remove(directory)
    guard rename(fresh.directory, directory) == 0 else {
      throw Posix.failure("cannot make the mirror \(directory)")
    }
  }

  private var configuration: String {
    var text = """
      [core]
      \trepositoryformatversion = 0
      \tbare = true
      \tlogAllRefUpdates = false
      [remote "\(Self.remote)"]
      \turl = \(quoted(address.plain))

      """
    if address.credential != nil {
      // Git hands an address to its helpers as an argument; a password may not be in it.
      let path = credentials.replacing("'", with: #"'\''"#)
      text += """
        [credential]
        \tuseHttpPath = false
        \thelper =
        \thelper = \(quoted("store --file='\(path)'"))

        """
    }
    return text
  }

  private func quoted(_ value: String) -> String {
    "\"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  /// Removes what a killed git left behind; nobody else is at work while the lock is held.
  private func sweep() {
    for name in Posix.names(in: directory) where name.hasSuffix(".lock") { unlink(file(name)) }
    for name in Posix.names(in: file("objects/pack")) where name.hasPrefix("tmp_") {
      unlink(file("objects/pack/\(name)"))
    }
    sweepLocks(in: file("refs"), depth: 0)
  }

  private func sweepLocks(in directory: String, depth: Int) {
    guard depth < 100 else { return }
    for name in Posix.names(in: directory) {
      let path = "\(directory)/\(name)"
      if name.hasSuffix(".lock") { unlink(path) } else { sweepLocks(in: path, depth: depth + 1) }
    }
  }

  private func remove(_ path: String) throws {
    guard Posix.exists(path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw Posix.failure("cannot remove \(path)")
    }
  }
}
