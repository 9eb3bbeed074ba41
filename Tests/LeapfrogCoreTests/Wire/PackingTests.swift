import Testing

@testable import LeapfrogCore

@Suite struct PackingTests {
  private static func noise(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max) }
  }

  private static func unpack(_ packed: [UInt8], count: Int) throws -> [UInt8] {
    try packed.withUnsafeBytes { try Packing.unpack($0, count: count) }
  }

  private static let samples: [[UInt8]] = [
    [], [0], Array("<?php echo 1;".utf8), Array(repeating: 7, count: 5_000_000), noise(20_000),
    (0..<30_000).map { UInt8($0 / 1000 & 0xff) },
  ]

  @Test(arguments: samples.indices)
  func whatIsPackedComesBack(_ index: Int) throws {
    let bytes = Self.samples[index]
    let packed = Packing.pack(bytes)
    #expect(try Self.unpack(packed, count: bytes.count) == bytes)
  }

  @Test func codeGetsSmaller() {
    let code = Array(String(repeating: "function acme_menu() { return []; }\n", count: 2000).utf8)
    #expect(Packing.pack(code).count < code.count / 20)
    let noise = Self.noise(20_000)
    #expect(Packing.pack(noise).count < noise.count + 100)
  }

  @Test(arguments: [-1, 0, 1, 99, 101, 1 << 20])
  func anotherCountIsDamage(_ count: Int) {
    let packed = Packing.pack(Self.noise(100))
    #expect(throws: Failure.self) { try Self.unpack(packed, count: count) }
  }

  @Test func aCountWithoutEndIsRefused() {
    #expect(throws: Failure.self) { try Self.unpack(Packing.pack([1]), count: 1 << 31 + 1) }
    #expect(throws: Failure.self) { try Self.unpack(Packing.pack([1]), count: .max) }
  }

  @Test func whatIsCutShortIsDamage() {
    let bytes = Array("a part of a tree, packed and cut".utf8)
    let packed = Packing.pack(bytes)
    for end in packed.indices {
      #expect(throws: Failure.self) {
        try Self.unpack(Array(packed[..<end]), count: bytes.count)
      }
    }
  }

  /// The last bits before the checksum may be padding that means nothing.
  @Test func whatIsDamagedIsNeverTakenForSomethingElse() {
    let bytes = Array("abcabcabc".utf8) + Self.noise(200)
    let packed = Packing.pack(bytes)
    var refused = 0
    for bit in 0..<packed.count * 8 {
      var damaged = packed
      damaged[bit / 8] ^= 1 << (bit % 8)
      let found = try? Self.unpack(damaged, count: bytes.count)
      #expect(found == nil || found == bytes)
      refused += found == nil ? 1 : 0
    }
    #expect(refused > packed.count * 8 - 8)
  }
}
