import Foundation
import Glibc
import RealServers
import Testing

/// Hosts where `leapfrog-host` cannot be, or cannot run.
@Suite(.enabled(if: geteuid() == 0)) struct UnfitHostTests {
  /// A host where programs of a test are found before the system's.
  private func host(_ programs: [String: String], _ extra: [String] = []) throws -> HostCase {
    try HostCase(server: {
      try SSHDServer(
        authorized: [$0], environment: ["PATH": HostCase.path(programs, beside: $0)], extra: extra)
    })
  }

  /// A host whose account has a small disk of its own as its home.
  private func host(megabytes: Int, options: String = "", _ programs: [String: String] = [:]) throws
    -> (HostCase, Mount)
  {
    let host = try self.host(programs)
    let mount = try Mount(
      URL(fileURLWithPath: host.server.home), megabytes: megabytes, options: options)
    return (host, mount)
  }

  @Test func anotherArchitecture() throws {
    let uname = #"case $1 in -m) echo riscv64;; *) exec /bin/uname "$@";; esac"#
    try host(["uname": uname]).expectRefusal(4, "is Linux on riscv64", "this leapfrog-host is for")
  }

  @Test func anotherSystem() throws {
    let uname = #"case $1 in -s) echo FreeBSD;; *) exec /bin/uname "$@";; esac"#
    try host(["uname": uname]).expectRefusal(4, "is FreeBSD on")
  }

  @Test func aDirectoryThatCannotBeShown() throws {
    let host = try HostCase(server: {
      try SSHDServer(authorized: [$0], environment: ["XDG_DATA_HOME": "\($0.path)\u{1b}[2J"])
    })
    let refused = try host.leapfrog("host", "check", "web1")
    #expect(refused.status == 4 && !refused.text.contains("\u{1b}[2J"), "\(refused.text)")
    #expect(refused.error.contains(#"\u{1B}[2J"#), "\(refused.text)")
  }

  @Test func aLibcThatIsTooOld() throws {
    try host(["getconf": "echo glibc 2.17"]).expectRefusal(
      4, "has glibc 2.17", "needs glibc 2.", "build leapfrog on the oldest system")
  }

  @Test func aHostWithoutSQLite() throws {
    // In a namespace of mounts where the library is not.
    let hidden = try ServerDirectory()
    let library = try Tool.run(["sh", "-c", "realpath /usr/lib/*/libsqlite3.so.0"])
    try hidden.write(
      """
      set -e
      mount -t tmpfs none \(hidden.path)/layer
      mkdir \(hidden.path)/layer/upper \(hidden.path)/layer/work
      d=$(dirname \(library))
      mknod \(hidden.path)/layer/upper/libsqlite3.so.0 c 0 0
      mount -t overlay none -o lowerdir=$d,upperdir=\(hidden.path)/layer/upper,workdir=\(hidden.path)/layer/work $d
      exec sh -c "$SSH_ORIGINAL_COMMAND"

      """, "without")
    mkdir("\(hidden.path)/layer", 0o700)
    let host = try host([:], ["ForceCommand exec unshare -m sh \(hidden.path)/without"])
    try host.expectRefusal(
      1, "has no libsqlite3", "`ssh web1 apt-get install libsqlite3-0`", leavesHome: false)
  }

  @Test func noRoomIsSeenBefore() throws {
    let (host, mount) = try host(megabytes: 8)
    try host.expectRefusal(1, "no room for leapfrog-host", "8 MiB are free", "`ssh web1 df -h`")
    withExtendedLifetime(mount) {}
  }

  @Test func aDiskThatFillsUpMeanwhile() throws {
    let df = "echo; echo none 99999999 1 99999998 1% /"
    let (host, mount) = try host(megabytes: 8, ["df": df])
    try host.expectRefusal(
      1, "cannot be put on web1", "No space left on device", "`ssh web1 df -h`", leavesHome: false)
    #expect(host.versions().isEmpty && host.partialFiles().isEmpty)
    withExtendedLifetime(mount) {}
  }

  @Test func aHomeThatCannotBeWritten() throws {
    let (host, mount) = try host(megabytes: 256, options: ",ro")
    try host.expectRefusal(1, "cannot be put on web1", "Read-only file system")
    withExtendedLifetime(mount) {}
  }

  @Test func aHomeOfSomebodyElse() throws {
    let become = "setpriv --reuid 65534 --regid 65534 --clear-groups"
    let host = try host([:], [#"ForceCommand exec \#(become) sh -c "$SSH_ORIGINAL_COMMAND""#])
    try host.expectRefusal(1, "cannot be put on web1", "Permission denied")
  }

  @Test func aHomeWhereNothingMayRun() throws {
    let (host, mount) = try host(megabytes: 256, options: ",noexec")
    try host.expectRefusal(
      1, "may not run programs from the account's home directory (noexec?)", "`ssh web1 mount`",
      leavesHome: false)
    withExtendedLifetime(mount) {}
  }
}
