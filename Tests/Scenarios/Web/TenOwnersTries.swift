import Foundation
import Testing

/// What one site's owner does to reach the next site, and what has to come of it.
struct TenOwnersTry: Sendable {
  enum Result: Sendable {
    /// The site is refused before it is closed, with these words, of which `OWN` and `OTHER` are databases.
    case refused([String])
    /// The release goes on with it.
    case moves
    /// It moves, or goes back as it was.
    case contained
  }

  let site: String
  let way: String
  let what: String
  let result: Result
  let prepare: @Sendable (TenOwners, _ site: String, _ other: String) throws -> Void

  init(
    _ number: Int, _ way: String, _ what: String, _ result: Result,
    _ prepare: @escaping @Sendable (TenOwners, String, String) throws -> Void
  ) {
    site = TenOwners.sites[number]
    (self.way, self.what, self.result, self.prepare) = (way, what, result, prepare)
  }

  /// A try that is a shell's script, run as the site's user in its data; `OTHER` is the other's site.
  init(_ number: Int, _ what: String, _ result: Result, _ script: String) {
    self.init(number, "files", what, result) {
      try $0.ten.sh($1, script.replacingOccurrences(of: "OTHER", with: $2))
    }
  }

  /// The tries of each release; every second site takes part, and the others must move. The last one's code is
  /// hostile itself.
  static let rounds = [first, second, third, fourth]

  private static let first = [
    Self(0, "settings", "the other's database, own login", .refused(["Access denied", "OTHER"])) {
      try $0.settings(of: $1, ["name": $0.database($2)])
    },
    Self(2, "settings", "the other's user, whom the socket knows", .refused(["Access denied"])) {
      try $0.letIn($2)
      try $0.settings(
        of: $1, ["name": $0.database($2), "user": $0.ten.user($2), "password": nil])
    },
    Self(4, "names", "by 127.0.0.1, with a prefix", .refused(["OTHER", "belongs to s5"])) {
      try $0.grantOther($1)
      try $0.settings(
        of: $1,
        [
          "name": $0.database($2), "prefix": "mine_", "socket": nil, "host": "127.0.0.1",
          "port": $0.server.port,
        ])
    },
    Self(
      6, "links to the other's files among its own", .moves,
      "ln -s ../OTHER/canary.txt one; ln -s ../OTHER two; ln -s ../../OTHER/data files/three"),
    Self(
      8, "SQLite file is a link to the other's", .refused(["site.sqlite"]),
      "ln -sf ../../OTHER/data/site.sqlite data/site.sqlite"),
  ]

  private static let second = [
    Self(1, "settings", "root, whom the socket knows", .refused(["Access denied", "root"])) {
      try $0.settings(of: $1, ["name": $0.database($2), "user": "root", "password": nil])
    },
    Self(3, "sockets", "a socket that the site listens on", .refused(["Lost connection"])) {
      try $0.settings(
        of: $1, ["socket": "\($0.farm.data($1).path)/trap", "user": nil, "password": nil])
      _ = $2
    },
    Self(
      5, "pipe, socket and hard link among its files", .moves,
      """
      mkfifo pipe; ln ../OTHER/canary.txt hard 2> /dev/null || :
      /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("files/socket")'
      """),
    Self(
      7, "SQLite directory is a link to the other's", .refused(["data"]),
      "rm -r data; ln -s ../OTHER/data data"),
    Self(
      9, "SQLite file is a pipe", .refused(["site.sqlite"]),
      "rm data/site.sqlite; mkfifo data/site.sqlite"),
  ]

  private static let third = [
    Self(1, "names", "by the server's socket", .refused(["OTHER", "belongs to s2"])) {
      try $0.grantOther($1)
      try $0.settings(of: $1, ["name": $0.database($2)])
    },
    Self(3, "settings", "option files and keys of the other's", .moves) {
      let file = "\($0.farm.data($2).path)/settings.json"
      try $0.settings(
        of: $1, ["defaults_file": file, "defaults-extra-file": file, "init-command": "SELECT 1"])
    },
    Self(
      5, "the update makes a link of its uploads", .contained,
      "echo 'mv files kept; ln -s ../OTHER/files files' > on-update.sh"),
    Self(
      7, "the update makes a link of its SQLite directory", .contained,
      "echo 'rm -r data; ln -s ../OTHER/data data' > on-update.sh"),
    Self(
      9, "SQLite file is a link to the other's settings", .refused(["site.sqlite"]),
      "ln -sf ../../OTHER/settings.json data/site.sqlite"),
  ]

  private static let fourth = [
    Self(0, "code", "new code names the other's database", .refused(["OWN", "OTHER"])) {
      owners, site, _ in
      try owners.grantOther(site)
    },
    Self(2, "code", "new code names the other's user", .refused(["OWN"])) { _, _, _ in },
    Self(4, "names", "by localhost", .refused(["OTHER", "belongs to s5"])) {
      try $0.settings(
        of: $1,
        ["name": $0.database($2), "socket": nil, "host": "localhost", "port": $0.server.port])
    },
    Self(6, "settings", "an administrator without password", .refused(["says `user: admin`"])) {
      try $0.server.sql("CREATE USER admin; GRANT ALL ON *.* TO admin WITH GRANT OPTION")
      try $0.settings(of: $1, ["user": "admin", "password": nil])
      _ = $2
    },
    Self(
      8, "SQLite's WAL is a link to the other's file", .contained,
      "ln -s ../../OTHER/data/site.sqlite data/site.sqlite-wal"),
  ]
}
