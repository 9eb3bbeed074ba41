import Foundation
import Glibc
import Testing

/// A process of a site's user that listens where its settings lead, and keeps what it gets and from whom.
final class SocketTrap {
  private let process = Process()
  private let owners: TenOwners
  private let site: String
  private let place: String

  /// Greets as a server does, and asks for the password as it is.
  private static let script = """
    import os, socket, struct
    packet = lambda n, body: struct.pack("<I", len(body))[:3] + bytes([n]) + body
    greeting = packet(0, b"\\x0a5.5.5-10.11.0-MariaDB\\0" + b"\\1\\0\\0\\0" + b"saltsalt\\0" + b"\\xff\\xf7\\x2d\\2\\0"
      + b"\\xff\\x81\\x15" + b"\\0" * 10 + b"saltsaltsalt\\0" + b"mysql_native_password\\0")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("trap"); os.chmod("trap", 0o777); listener.listen(8)
    print("ready", flush=True)
    while True:
        end, _ = listener.accept()
        end.settimeout(2)
        uid = struct.unpack("3i", end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
        with open("trapped", "ab") as kept:
            kept.write(b"uid %d\\n" % uid)
            try:
                end.sendall(greeting)
                kept.write(end.recv(4096))
                end.sendall(packet(2, b"\\xfemysql_clear_password\\0"))
                kept.write(end.recv(4096))
            except OSError:
                pass
            kept.write(b"\\n")
        end.close()
    """

  init(_ owners: TenOwners, _ site: String) throws {
    (self.owners, self.site, place) = (owners, site, owners.farm.data(site).path)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
    let user = owners.ten.user(site)
    process.arguments = [
      "--reuid=\(user)", "--regid=\(user)", "--clear-groups", "/usr/bin/python3", "-c", Self.script,
    ]
    process.currentDirectoryURL = owners.farm.data(site)
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    _ = try pipe.fileHandleForReading.read(upToCount: 6)
    try expectItWouldGetThem()
  }

  /// A test's thread may have SIGTERM blocked, and so has what it starts.
  deinit {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private var trapped: String {
    get throws {
      String(
        decoding: try Data(contentsOf: URL(fileURLWithPath: "\(place)/trapped")), as: UTF8.self)
    }
  }

  /// Else the try would prove nothing.
  private func expectItWouldGetThem() throws {
    _ = try Shell.run(
      "/usr/bin/env", ["mariadb", "--socket=\(place)/trap", "-e", "SELECT 1"],
      in: owners.farm.directory,
      environment: owners.environment)
    let got = try trapped
    try #require(got.contains("uid 0\n") && got.contains(owners.rootsCanary), "\(got)")
    try owners.ten.sh(site, ": > trapped")
  }

  func expectOwnAlone() throws {
    let got = try trapped
    let uids = Set(got.split(separator: "\n").filter { $0.hasPrefix("uid ") }.map(String.init))
    let own = try #require(getpwnam(owners.ten.user(site))).pointee.pw_uid
    #expect(uids == ["uid \(own)"], "\(got)")
    #expect(!got.contains(owners.rootsCanary), "\(got)")
  }
}
