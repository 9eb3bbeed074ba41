import Foundation
import Glibc
import RealServers
import Testing

/// Each of ten sites' users tries to have the web server, or PHP, show what is another's or the system's.
@Suite(.serialized, .enabled(if: getuid() == 0)) struct TenUsersTests {
  /// A link that a site's user makes among its uploads, where it leads from there, and what is asked.
  private static func tries(_ other: String, _ root: String) -> [(
    link: String, target: String, path: String
  )] {
    [
      ("settings.txt", "../../\(other)/local.txt", "settings.txt"),
      ("absolute.txt", "\(root)/sites/\(other)/local.txt", "absolute.txt"),
      ("upload.txt", "../../\(other)/files/up.txt", "upload.txt"),
      ("live.txt", "\(root)/live/\(other)/web/files/\(other)/up.txt", "live.txt"),
      ("directory", "../../\(other)/files", "directory/up.txt"),
      ("data", "../../\(other)", "data/local.txt"),
      ("passwd.txt", "/etc/passwd", "passwd.txt"), ("etc", "/etc", "etc/passwd"),
      ("chain.txt", "passwd.txt", "chain.txt"), ("code.txt", "\(root)/blue/bin/make", "code.txt"),
      ("pair", "\(root)", "pair/sites/\(other)/local.txt"),
    ]
  }

  @Test func nobodyReachesAnotherThroughLinks() throws {
    let ten = try TenUsers()
    let root = ten.farm.root.path
    var served = 0
    for (index, site) in TenUsers.sites.enumerated() {
      let other = TenUsers.sites[(index + 1) % TenUsers.sites.count]
      let links = Self.tries(other, root).map { "ln -s '\($0.target)' 'files/\($0.link)'" }
      try ten.sh(site, (links + ["ln -s up.txt files/own.txt"]).joined(separator: "; "))
    }
    for kind in WebServerKit.Kind.allCases {
      let server = try WebServerKit(
        kind, configuration: try ten.printed(kind.rawValue, "--php", "unix:/run/none.sock"),
        ports: [ten.port, ten.previewPort])
      for (index, site) in TenUsers.sites.enumerated() {
        let other = TenUsers.sites[(index + 1) % TenUsers.sites.count]
        for one in Self.tries(other, root) {
          let answer = try ten.ask("/files/\(site)/\(one.path)", site)
          #expect([403, 404].contains(answer.status), "\(kind) \(site) \(one): \(answer)")
        }
        for (path, text) in [("up.txt", "upload of \(site)\n"), ("own.txt", "upload of \(site)\n")]
        {
          let answer = try ten.ask("/files/\(site)/\(path)", site)
          #expect(answer.status == 200 && answer.body == text, "\(kind) \(site) \(path): \(answer)")
          served += 1
        }
      }
      try expectBuild(ten, "\(kind)")
      server.stop()
    }
    #expect(served == 40)
    try expectExchanged(ten)
    try expectReachedWithoutTheGuard(ten)
  }

  /// What the repository's build has linked.
  private func expectBuild(_ ten: TenUsers, _ kind: String) throws {
    let site = TenUsers.sites[0]
    #expect(try ten.ask("/made.txt", site).body == "version\n", "\(kind)")
    for path in ["/evil.txt", "/evil/passwd"] {
      let answer = try ten.ask(path, site)
      #expect([403, 404].contains(answer.status), "\(kind) \(path): \(answer)")
    }
  }

  /// A link in the place of the directory that leapfrog's own link leads to.
  private func expectExchanged(_ ten: TenUsers) throws {
    let (site, other) = (TenUsers.sites[0], TenUsers.sites[1])
    for kind in WebServerKit.Kind.allCases {
      let server = try WebServerKit(
        kind, configuration: try ten.printed(kind.rawValue, "--php", "unix:/run/none.sock"),
        ports: [ten.port, ten.previewPort])
      defer { server.stop() }
      for (target, path) in [
        ("../\(other)/files", "up.txt"), ("/etc", "passwd"), ("../\(other)", "local.txt"),
      ] {
        try ten.sh(site, "mv files kept; ln -s '\(target)' files")
        let answer = try ten.ask("/files/\(site)/\(path)", site)
        #expect([403, 404].contains(answer.status), "\(kind) \(target): \(answer)")
        try ten.sh(site, "rm files; mv kept files")
      }
      #expect(try ten.ask("/files/\(site)/up.txt", site).status == 200)
    }
  }

  /// The same links with the configuration as it was: else the tries would prove nothing.
  private func expectReachedWithoutTheGuard(_ ten: TenUsers) throws {
    let (site, other) = (TenUsers.sites[0], TenUsers.sites[1])
    for kind in WebServerKit.Kind.allCases {
      let guarded = try ten.printed(kind.rawValue, "--php", "unix:/run/none.sock")
      let open = guarded.replacingOccurrences(of: "SymLinksIfOwnerMatch", with: "FollowSymLinks")
        .replacingOccurrences(of: "disable_symlinks if_not_owner from=$lf_platform;", with: "")
      let server = try WebServerKit(kind, configuration: open, ports: [ten.port, ten.previewPort])
      defer { server.stop() }
      let answer = try ten.ask("/files/\(site)/settings.txt", site)
      #expect(answer.body == "canary of \(other)\n", "\(kind) \(answer)")
      #expect(try ten.ask("/evil/passwd", site).body.contains("root:"))
    }
  }

  @Test func eachSiteHasThePoolOfItsUser() throws {
    let ten = try TenUsers()
    let directory = try ServerDirectory()
    func placed(_ text: String) -> String {
      text.replacingOccurrences(of: "/run/php/", with: "\(directory.path)/")
        .replacingOccurrences(of: "/var/lib/php/", with: "\(directory.path)/")
    }
    let pools = placed(try ten.printed("php-fpm"))
    for line in pools.split(separator: "\n") where line.contains("install -d") {
      let made = try Shell.run("/bin/sh", ["-c", String(line.dropFirst(2))], in: ten.farm.root)
      try #require(made.status == 0, "\(made.text)")
    }
    let main = try directory.write(
      "[global]\nerror_log = \(directory.path)/fpm.log\ndaemonize = no\n" + pools, "fpm.conf")
    let fpm = try ServerProcess(
      ["/usr/sbin/php-fpm8.2", "-n", "-F", "-R", "-y", main], directory: directory.path)
    defer { fpm.stop() }
    try fpm.waitUntilReady { directory.text("fpm.log").contains("ready to handle connections") }
    for kind in WebServerKit.Kind.allCases {
      let server = try WebServerKit(
        kind, configuration: placed(try ten.printed(kind.rawValue)),
        ports: [ten.port, ten.previewPort])
      defer { server.stop() }
      for site in [TenUsers.sites[0], TenUsers.sites[9]] {
        let own = try ten.ask("/who.php?file=\(ten.farm.data(site).path)/local.txt", site)
        #expect(own.body == "\(ten.user(site))\ncanary of \(site)\n", "\(kind) \(own)")
        for path in ["\(ten.farm.data(TenUsers.sites[4]).path)/local.txt", "/etc/passwd"] {
          let foreign = try ten.ask("/who.php?file=\(path)", site)
          #expect(foreign.body == "\(ten.user(site))\n", "\(kind) \(foreign)")
        }
      }
    }
  }
}
