import Crypto
import Glibc
import LeapfrogCore

/// Whom a pair's builds run as. Everything that a build runs comes from the repository, whose author is not
/// to become root, reach a site's data, or leave something behind that changes the code later.
struct BuildAccount {
  /// nil for ourselves: without root, or where leapfrog.yml says `build_user: root`.
  let user: JobUser?
  /// Whether it is the pair's own, which nothing else uses.
  let isOwn: Bool

  /// The account of a pair, made where it is missing, and able to enter the pair's root.
  ///
  /// - Throws: `Failure` of kind `refused` where there is none, which names `build_user`.
  static func prepared(for spec: PairSpec, _ layout: Layout) throws -> BuildAccount {
    guard geteuid() == 0 else {
      if let name = spec.buildUser { _ = try Identity.needsSwitch(to: JobUser.named(name)) }
      return BuildAccount(user: nil, isOwn: false)
    }
    if spec.buildUser == "root" { return BuildAccount(user: nil, isOwn: false) }
    let account =
      try spec.buildUser.map { BuildAccount(user: try shared($0), isOwn: false) }
      ?? BuildAccount(user: try own(spec.name, layout), isOwn: true)
    if let user = account.user {
      try verify(user, isNoSites: spec, layout)
      try verifyEntry(user, layout)
    }
    return account
  }

  private static func shared(_ name: String) throws -> JobUser {
    let user = try JobUser.named(name)
    guard user.uid != 0 else {
      throw Failure.refused(
        "the account \(name) is root by another name; write `build_user: root` if that is meant")
    }
    return user
  }

  /// No site's user may ever write a platform.
  private static func verify(_ user: JobUser, isNoSites spec: PairSpec, _ layout: Layout) throws {
    let site = spec.sites.first { site in
      (try? AppUser.of(site, layout: layout))??.uid == user.uid
    }
    guard let site else { return }
    throw Failure.refused(
      "the build would run as \(user.name), who is the user of \(site.name) and must never write code; "
        + "give `build_user` of \(spec.name) another account")
  }

  private static func verifyEntry(_ user: JobUser, _ layout: Layout) throws {
    let root = layout.root
    let test = Spawn(
      program: try Program.find("test", path: Program.usualPath, directory: "/"),
      arguments: ["test", "-x", root], environment: [:])
    let said = try Capture.run(test, as: user, limit: 4096, seconds: 30)
    guard !said.result.isSuccess else { return }
    throw Failure.refused(
      "\(user.name), whom the build runs as, may not enter \(root); let everybody pass through the "
        + "directories above it, or name another account with `build_user:` in leapfrog.yml",
      remedy: "namei -l \(root)")
  }

  // MARK: The pair's own account

  /// The first name is for the pair; the second for one of the same name in another root.
  static func names(pair: String, root: String) -> [String] {
    let plain = "leapfrog-build-\(pair)"
    let first = plain.utf8.count <= longest ? plain : shortened(plain, by: pair)
    return [first, shortened(plain, by: "\(pair) \(root)")]
  }

  /// The longest name of an account, in bytes.
  private static let longest = 32

  private static func shortened(_ name: String, by text: String) -> String {
    let hash = SHA256.hash(data: Array(text.utf8)).prefix(4)
      .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return "\(name.prefix(longest - hash.count - 1))-\(hash)"
  }

  private static func own(_ pair: String, _ layout: Layout) throws -> JobUser {
    for name in names(pair: pair, root: layout.root) {
      let entry = try JobUser.entry(named: name) ?? make(name, home: layout.buildHome)
      if entry.user.home == layout.buildHome, isSystemAccount(entry) {
        try makeHome(of: entry.user)
        return entry.user
      }
      // One of that name in another root.
      let isOthers = Files.name(of: entry.user.home) == Files.name(of: layout.buildHome)
      guard isOthers, isSystemAccount(entry) else { throw taken(name, pair) }
    }
    throw taken(names(pair: pair, root: layout.root)[1], pair)
  }

  private static func isSystemAccount(_ entry: (user: JobUser, shell: String)) -> Bool {
    (1..<1000).contains(entry.user.uid)
      && ["nologin", "false"].contains(Files.name(of: entry.shell))
  }

  private static func taken(_ name: String, _ pair: String) -> Failure {
    .refused(
      "the account \(name), which builds of \(pair) would run as, is not a system account of leapfrog's; "
        + "name another one with `build_user:` in leapfrog.yml", remedy: "getent passwd \(name)")
  }

  private static func makeHome(of user: JobUser) throws {
    try Files.makeDirectory(user.home, mode: 0o700)
    let home = try Descriptor(opening: user.home, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    guard FileStatus(home)?.owner != user.uid else { return }
    try system("give to \(user.name)", user.home) { fchown(home.number, user.uid, user.gid) }
  }

  // MARK: Making it

  private static func make(_ name: String, home: String) throws -> (user: JobUser, shell: String) {
    let deadline = Deadline(seconds: 30)
    while true {
      let said = try useradd(name, home)
      if let entry = try JobUser.entry(named: name) { return entry }
      // Another one that makes an account holds the lock of /etc/passwd meanwhile.
      guard said.contains("lock"), !deadline.isOver else {
        throw refusal(name, "useradd did not make it: \(said)")
      }
      usleep(100_000)
    }
  }

  private static func useradd(_ name: String, _ home: String) throws -> String {
    let program: String
    do { program = try Program.find("useradd", path: Program.usualPath, directory: "/") } catch {
      throw refusal(name, "this host has no useradd to make it with")
    }
    let shell = ["/usr/sbin/nologin", "/sbin/nologin"].first(where: Files.exists) ?? "/bin/false"
    let spawn = Spawn(
      program: program,
      arguments: [
        "useradd", "--system", "--user-group", "--no-create-home", "--home-dir", home, "--shell",
        shell, "--comment", "builds of leapfrog", "--", name,
      ], environment: ["PATH": Program.usualPath])
    let ended = try Capture.run(spawn, limit: 4096, seconds: 60)
    if ended.result.isSuccess { return "" }
    let said = OutputTail.clean(ended.errors).split(whereSeparator: \.isNewline)
    return said.isEmpty ? "it \(ended.result)" : said.joined(separator: " / ")
  }

  private static func refusal(_ name: String, _ reason: String) -> Failure {
    .refused(
      "the build needs the account \(name), and \(reason); make an account and name it with "
        + "`build_user:` in leapfrog.yml")
  }
}
