import Foundation
import Testing

/// A host needs no Swift: the released `leapfrog-host` is linked with the static runtime.
@Suite struct LinkageTests {
  @Test func theReleasedHostNeedsOnlyWhatEveryHostHas() throws {
    let path = Shell.project.appendingPathComponent(".build/release/leapfrog-host").path
    let section = try Shell.run("/usr/bin/readelf", ["-d", path], in: Shell.project)
    try #require(
      section.status == 0,
      "build it: swift build -c release --static-swift-stdlib --product leapfrog-host\n\(section.text)"
    )
    let needed = section.output.split(separator: "\n").filter { $0.contains("(NEEDED)") }
      .compactMap { $0.split(separator: "[").last?.dropLast() }.map(String.init)
    let allowed = [
      "libc.so", "libm.so", "ld-linux", "libstdc++.so", "libgcc_s.so", "libsqlite3.so",
      "libpthread.so", "libdl.so", "librt.so",
    ]
    #expect(needed.contains { $0.hasPrefix("libsqlite3.so") })
    for library in needed {
      #expect(allowed.contains { library.hasPrefix($0) }, "\(library) is not on every host")
    }
  }
}
