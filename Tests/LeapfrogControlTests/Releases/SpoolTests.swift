import LeapfrogCore
import Testing

@testable import LeapfrogControl

@Suite struct SpoolTests {
  @Test func whatIsKeptIsReadInAnyOrderAndOften() async throws {
    let spool = try Spool()
    let parts = [[], [1], SpoolFile.noise(100_000), [], SpoolFile.noise(3_000_000)]
    var places: [Spool.Place] = []
    for part in parts { places.append(try await spool.keep(part)) }
    for _ in 0..<2 {
      for index in parts.indices.reversed() {
        #expect(try await spool.read(places[index]) == parts[index])
      }
    }
  }

  @Test func manyKeepAndReadAtOnce() async throws {
    let spool = try Spool()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<50 {
        group.addTask {
          let bytes = SpoolFile.noise(.random(in: 0...20_000))
          let place = try await spool.keep(bytes)
          await Task.yield()
          return try await spool.read(place) == bytes
        }
      }
      for try await isSame in group { #expect(isSame) }
    }
  }

  @Test func theFileHasNoNameAndGoesWithItsOwner() async throws {
    let bytes = SpoolFile.noise(1000)
    do {
      let spool = try Spool()
      _ = try await spool.keep(bytes)
      #expect(SpoolFile.exists(holding: bytes))
      _ = try await spool.read(.init(offset: 0, count: 1))
    }
    #expect(!SpoolFile.exists(holding: bytes))
  }

  @Test func whatIsNotThereIsAFailure() async throws {
    let spool = try Spool()
    _ = try await spool.keep([1, 2, 3])
    let failure = await failure { _ = try await spool.read(.init(offset: 1, count: 3)) }
    #expect(failure?.message.hasPrefix("the temporary file cannot be read") == true)
  }
}
