import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// Copies that share the blocks of the live files, on a file system that can.
@Suite struct SharedBlockTests {
  @Test func copiesTakeNoSpaceAndKeepTheirContents() throws {
    guard geteuid() == 0 else { return }
    let sandbox = try DataSandbox()
    try DataSandbox.run([
      "sh", "-ec",
      """
      truncate -s 400M "$0.image"; mkfs.xfs -q -m reflink=1 "$0.image"; mount -o loop "$0.image" "$0"
      """, sandbox.root,
    ])
    defer {
      sandbox.unmount(sandbox.root)
      try? Files.remove("\(sandbox.root).image")
    }
    for path in [sandbox.data, sandbox.aside] { try Files.makeDirectories(path) }
    try sandbox.run("head -c 60000000 /dev/urandom > big; sync big; cp big twin; sync twin")
    sandbox.waitForClock()
    let needed = try sandbox.store.spaceNeeded(
      site: sandbox.site, data: sandbox.data, engine: nil)
    #expect(needed == 0)
    let free = try Files.freeSpace(at: sandbox.root)
    let manifest = try sandbox.backUp()
    #expect(free - (try Files.freeSpace(at: sandbox.root)) < 4_000_000)
    let before = try sandbox.tree(sandbox.data)
    try sandbox.run("printf changed | dd of=big bs=1 seek=1000 conv=notrunc 2>/dev/null; rm twin")
    try sandbox.store.verify(site: sandbox.site, id: manifest.id, deep: true)
    try sandbox.restoreFiles(manifest)
    #expect(try sandbox.tree(sandbox.data) == before)
    #expect(free - (try Files.freeSpace(at: sandbox.root)) < 8_000_000)
  }
}
