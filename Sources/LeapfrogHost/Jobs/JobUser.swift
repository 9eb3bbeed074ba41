import Glibc
import LeapfrogCore

/// The account that a command runs as, with everything that has to be known before the switch.
struct JobUser: Codable, Sendable, Equatable {
  var uid: UInt32
  var gid: UInt32
  /// All groups, the primary one too.
  var groups: [UInt32]
  var name: String
  var home: String

  /// The account of that name.
  ///
  /// - Throws: `Failure` when the host has no such account.
  static func named(_ name: String) throws -> JobUser {
    let found = try lookUp("the account \(name)") { getpwnam_r(name, $0, $1, $2, $3) }
    guard let found else {
      throw Failure.failed("this host has no account named '\(name)'", remedy: "getent passwd")
    }
    return found
  }

  /// The account that this process has.
  static func own() -> JobUser {
    let (uid, gid) = (geteuid(), getegid())
    return (try? of(uid: uid, group: gid))
      ?? JobUser(uid: uid, gid: gid, groups: [gid], name: "\(uid)", home: "/")
  }

  /// The owner of a file, as whom the commands on it should run.
  ///
  /// - Returns: nil when there is nobody to switch to: this process is not root, or the owner is
  ///   root.
  /// - Parameter follows: whether a link is what it leads to; else it is its own maker's.
  /// - Throws: `Failure` when nothing has that path.
  static func owner(of path: String, follows: Bool = true) throws -> JobUser? {
    guard let status = follows ? FileStatus(following: path) : FileStatus(path) else {
      throw Failure.system("look at", path)
    }
    guard geteuid() == 0, status.owner != 0 else { return nil }
    return try of(uid: status.owner, group: status.group)
  }

  /// The owner of a site's data, to whose directory nobody but root and this account has led the way.
  ///
  /// - Returns: nil when there is nobody to switch to, as above.
  static func owner(ofTree path: String) throws -> JobUser? {
    let status = try DirectoryTree(path).status(.root)
    guard let status, geteuid() == 0, status.owner != 0 else { return nil }
    return try of(uid: status.owner, group: status.group)
  }

  /// The account with a number; one without a name where the host knows none.
  ///
  /// - Parameter group: its group in that case.
  static func of(uid: uid_t, group: gid_t) throws -> JobUser {
    let found = try lookUp("the account \(uid)") { getpwuid_r(uid, $0, $1, $2, $3) }
    return found ?? JobUser(uid: uid, gid: group, groups: [group], name: "\(uid)", home: "/")
  }

  /// An account as messages name it.
  static func label(_ uid: uid_t) -> String {
    (try? of(uid: uid, group: 0))?.name ?? "\(uid)"
  }

  /// The account of that name, with its log-in shell; nil where the host has none.
  static func entry(named name: String) throws -> (user: JobUser, shell: String)? {
    try lookUp("the account \(name)", { getpwnam_r(name, $0, $1, $2, $3) }) {
      (JobUser($0), String(cString: $0.pw_shell))
    }
  }

  private typealias Query = (
    UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
    UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
  ) -> Int32

  private static func lookUp(_ what: String, _ query: Query) throws -> JobUser? {
    try lookUp(what, query) { JobUser($0) }
  }

  private static func lookUp<Value>(
    _ what: String, _ query: Query, _ make: (passwd) -> Value
  ) throws -> Value? {
    var room = 1024
    while true {
      var entry = passwd()
      var buffer = [CChar](repeating: 0, count: room)
      var found: UnsafeMutablePointer<passwd>?
      let code = query(&entry, &buffer, room, &found)
      switch code {
      case 0: return found.map { make($0.pointee) }
      case ERANGE where room < 1 << 24: room *= 2
      case EINTR: continue
      case ENOENT, ESRCH: return nil
      default: throw Failure.system("look up", what, errno: code)
      }
    }
  }

  private init(_ entry: passwd) {
    let name = String(cString: entry.pw_name)
    self.init(
      uid: entry.pw_uid, gid: entry.pw_gid, groups: Self.groups(of: name, with: entry.pw_gid),
      name: name, home: String(cString: entry.pw_dir))
  }

  init(uid: UInt32, gid: UInt32, groups: [UInt32], name: String, home: String) {
    self.uid = uid
    self.gid = gid
    self.groups = groups
    self.name = name
    self.home = home
  }

  /// All groups of an account. `room` is how many are expected; more are found all the same.
  static func groups(of name: String, with primary: gid_t, room: Int32 = 64) -> [gid_t] {
    var room = max(1, room)
    while true {
      var groups = [gid_t](repeating: 0, count: Int(room))
      var count = room
      if getgrouplist(name, primary, &groups, &count) >= 0 {
        return Array(groups.prefix(Int(count)))
      }
      guard room < 1 << 20 else { return [primary] }
      room = max(room * 2, count)
    }
  }
}

extension JobUser {
  /// Gives up every right of the present user, for good.
  func becomeForGood() throws {
    try system("take the groups of", name) { setgroups(groups.count, groups) }
    try system("take the group of", name) { setgid(gid) }
    try system("become", name) { setuid(uid) }
    for (key, value) in ["HOME": home, "USER": name, "LOGNAME": name] { setenv(key, value, 1) }
  }
}
