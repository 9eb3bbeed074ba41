import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogControl

/// The code of a commit for several hosts: they get the same, and the repository is read once.
@Suite struct CodeParcelTests {
  private let fixture: GitFixture
  private let commit: ObjectID
  private let blobs: [ObjectID]

  /// Six blobs of 2 MB, which are three batches.
  init() throws {
    fixture = try GitFixture()
    var entries: [(mode: String, name: String, id: ObjectID)] = []
    for number in 0..<6 {
      let text = Array("file \(number)\n".utf8)
      let id = try fixture.object("blob", text + SpoolFile.noise(2 << 20))
      entries.append(("100644", "f\(number)", id))
    }
    blobs = entries.map(\.id)
    commit = try fixture.commit(tree: fixture.tree(entries))
  }

  private func parcel(isPacked: Bool, isShared: Bool = true) throws -> CodeParcel {
    let mirror = Mirror(repository: fixture.origin, directory: fixture.origin)
    return try CodeParcel(
      code: CodeReader(mirror: mirror), commit: commit, isPacked: isPacked, isShared: isShared)
  }

  /// Takes everything, as a host does.
  private static func take(
    _ parcel: CodeParcel, _ blobs: [ObjectID], after batch: (Int) async throws -> Void = { _ in }
  ) async throws -> [CodeParcel.Batch] {
    var batches: [CodeParcel.Batch] = []
    while let next = try await parcel.batch(from: batches.last?.end ?? 0, of: blobs) {
      batches.append(next)
      try await batch(batches.count)
    }
    return batches
  }

  /// The blobs that came, by the ids they are framed with.
  private static func contents(_ batches: [CodeParcel.Batch]) throws -> [ObjectID: [UInt8]] {
    var found: [ObjectID: [UInt8]] = [:]
    for batch in batches {
      let bytes = try unpacked(batch.data)
      var place = 0
      while place < bytes.count {
        let id = try #require(ObjectID(hex(bytes[place..<place + 20])))
        let count = bytes[place + 20..<place + 28].reduce(0) { $0 << 8 | Int($1) }
        found[id] = Array(bytes[place + 28..<place + 28 + count])
        place += 28 + count
      }
    }
    return found
  }

  private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  private static func unpacked(_ data: BulkData) throws -> [UInt8] {
    guard let count = data.unpacked else { return data.bytes }
    return try data.bytes.withUnsafeBytes { try Packing.unpack($0, count: count) }
  }

  /// From now on nothing can be read from the repository.
  private func lose() throws {
    try FileManager.default.removeItem(atPath: fixture.origin + "/objects")
  }

  private func expectAll(_ batches: [CodeParcel.Batch]) throws {
    let repository = try fixture.open()
    let contents = try Self.contents(batches)
    #expect(Set(contents.keys) == Set(blobs))
    for id in blobs { #expect(try contents[id] == repository.withBlob(id) { Array($0) }) }
  }

  // MARK: The same for all

  @Test(arguments: [false, true])
  func allGetTheSameAtTheSameTimeAndItIsKeptOnce(_ isPacked: Bool) async throws {
    let (parcel, blobs) = (try parcel(isPacked: isPacked), blobs)
    let taken = try await withThrowingTaskGroup(of: [CodeParcel.Batch].self) { group in
      for _ in 0..<8 { group.addTask { try await Self.take(parcel, blobs) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let first = taken[0]
    #expect(first.map(\.end) == [2, 4, 6])
    for batch in first { #expect((batch.data.unpacked != nil) == isPacked) }
    for other in taken.dropFirst() {
      #expect(other.map(\.data.bytes) == first.map(\.data.bytes))
      #expect(other.map(\.end) == first.map(\.end))
    }
    try expectAll(first)
    #expect(SpoolFile.exists(holding: first.flatMap(\.data.bytes)))
  }

  @Test(arguments: [false, true])
  func theSlowOneGetsWhatTheFastOneGot(_ isPacked: Bool) async throws {
    let (parcel, blobs) = (try parcel(isPacked: isPacked), blobs)
    async let slow = Self.take(parcel, blobs) { count in
      try await Task.sleep(for: .milliseconds(count == 1 ? 200 : 20))
    }
    let fast = try await Self.take(parcel, blobs)
    try expectAll(fast)
    try lose()
    #expect(try await slow.map(\.data.bytes) == fast.map(\.data.bytes))
    let late = try await Self.take(parcel, blobs)
    #expect(late.map(\.data.bytes) == fast.map(\.data.bytes))
  }

  @Test func aHostThatNeedsLessGetsLess() async throws {
    let parcel = try parcel(isPacked: true)
    let whole = try await Self.take(parcel, blobs)
    let part = try await Self.take(parcel, [blobs[1], blobs[4]])
    #expect(Set(try Self.contents(part).keys) == [blobs[1], blobs[4]])
    #expect(try Self.contents(part)[blobs[4]] == Self.contents(whole)[blobs[4]])
    #expect(try await Self.take(parcel, []).isEmpty)
  }

  @Test func forOneHostAloneNothingIsKept() async throws {
    let parcel = try parcel(isPacked: false, isShared: false)
    let taken = try await Self.take(parcel, blobs)
    try expectAll(taken)
    #expect(!SpoolFile.exists(holding: taken.flatMap(\.data.bytes)))
    try lose()
    #expect(await failure { _ = try await Self.take(parcel, blobs) } != nil)
  }

  // MARK: The tree

  @Test(arguments: [false, true])
  func aTreeIsReadOnceForEachBase(_ isPacked: Bool) async throws {
    let parcel = try parcel(isPacked: isPacked)
    let old = try fixture.commit(["f9": "gone later"])
    let whole = try await parcel.tree(base: nil)
    let difference = try await parcel.tree(base: old)
    #expect([whole.base, difference.base] == [nil, old])
    let paths = try [whole, difference].map { tree in
      try TreeCodec.decode(Self.unpacked(tree.data)).map(\.path)
    }
    let files = (0..<6).map { "f\($0)" }
    #expect(paths == [files, files + ["f9"]])
    try lose()
    #expect(try await parcel.tree(base: nil).data.bytes == whole.data.bytes)
    #expect(try await parcel.tree(base: old).data.bytes == difference.data.bytes)
  }

  @Test func aBaseThatTheRepositoryDoesNotHaveMeansTheWholeTree() async throws {
    let absent = try fixture.id(String(repeating: "1", count: 40))
    let tree = try await parcel(isPacked: false).tree(base: absent)
    #expect(tree.base == nil)
    #expect(try TreeCodec.decode(tree.data.bytes).count == 6)
  }

  /// A host that somebody else has taken over must not read the other branches.
  @Test func aHostGetsWhatIsInTheCommitAndNothingElse() async throws {
    let other = try fixture.object("blob", Array("of another branch".utf8))
    let parcel = try parcel(isPacked: true)
    for base in [nil, commit] {
      let tree = try await parcel.tree(base: base)
      try await parcel.verify(blobs, to: "web1", told: tree)
      let failure = await #expect(throws: Failure.self) {
        try await parcel.verify(blobs + [other], to: "web1", told: tree)
      }
      #expect(failure?.kind == .refused)
      #expect(failure?.message.contains("web1 asks for \(other.short)") == true)
    }
  }
}
