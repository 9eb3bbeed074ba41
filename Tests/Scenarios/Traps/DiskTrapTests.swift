import Foundation
import Testing

/// The disk of the backups fails between the first look and the backup. Needs root, to mount one.
@Suite(.enabled(if: getuid() == 0)) struct DiskTrapTests {
  private func trap(_ close: String) throws -> (Trap, Mount) {
    var mount: Mount?
    let trap = try Trap { farm in
      mount = try Mount(farm.inRoot("backups"), megabytes: 24)
      try farm.configure(siteExtra: "          close: '\(close)'")
    }
    return (trap, try #require(mount))
  }

  @Test func fullDuringTheBackup() throws {
    let (trap, mount) = try trap(
      "cat /dev/zero > $LEAPFROG_SITE_DATA/../../backups/fill 2> /dev/null; true")
    try trap.expectCaught("No space left on device", "backups/one.example.com", "df -h")
    try FileManager.default.removeItem(at: mount.url.appendingPathComponent("fill"))
    try trap.farm.configure()
    try trap.farm.must("upgrade", "acme", "v2")
  }

  @Test func noInodesLeftForTheBackup() throws {
    let (trap, mount) = try trap(
      "cd $LEAPFROG_SITE_DATA/../../backups; n=0; while touch i$n 2> /dev/null; do n=$((n+1)); done; true"
    )
    try trap.expectCaught("No space left on device")
    withExtendedLifetime(mount) {}
  }

  @Test func readOnlyAllOfASudden() throws {
    let (trap, mount) = try trap("mount -o remount,ro $LEAPFROG_SITE_DATA/../../backups")
    try trap.expectCaught("Read-only file system", "backups/one.example.com")
    withExtendedLifetime(mount) {}
  }
}

/// A small disk in memory; unmounted with its owner.
final class Mount {
  let url: URL

  init(_ url: URL, megabytes: Int, options more: String = "") throws {
    self.url = url
    let options = "size=\(megabytes)m,nr_inodes=200,mode=0700\(more)"
    let made = try Shell.run(
      "/bin/mount", ["-t", "tmpfs", "-o", options, "leapfrog", url.path], in: url)
    guard made.status == 0 else { throw KitError(made.text) }
  }

  deinit { _ = try? Shell.run("/bin/umount", ["-l", url.path], in: URL(fileURLWithPath: "/")) }
}
