import Foundation
import LeapfrogCore
import Testing

@Suite struct ObjectIDTests {
  static let hex = "00ff1234567890abcdef1234567890abcdefFE01".lowercased()

  @Test func hexAndBytesRoundTrip() throws {
    let id = try #require(ObjectID(Self.hex))
    #expect(id.hex == Self.hex)
    #expect("\(id)" == Self.hex)
    #expect(id.short == "00ff123456")
    #expect(id.bytes.count == 20)
    #expect(id.bytes.prefix(3) == [0x00, 0xFF, 0x12])
    #expect(id.bytes.suffix(2) == [0xFE, 0x01])
    #expect(ObjectID(bytes: id.bytes) == id)
    #expect(ObjectID(hex: id.hexBytes) == id)
    #expect(ObjectID(Self.hex.uppercased()) == id)
  }

  @Test(arguments: [
    "", "00ff", hex + "0", String(hex.dropLast()), String(hex.dropLast()) + "g",
    String(hex.dropLast()) + "\n", " " + hex.dropFirst(), "0x" + hex.dropFirst(2),
    String(repeating: "é", count: 20), "HEAD",
  ])
  func notObjectIDs(_ text: String) {
    #expect(ObjectID(text) == nil)
  }

  @Test func otherCountsOfBytesAreNone() {
    #expect(ObjectID(bytes: []) == nil)
    #expect(ObjectID(bytes: [UInt8](repeating: 0, count: 19)) == nil)
    #expect(ObjectID(bytes: [UInt8](repeating: 0, count: 21)) == nil)
  }

  @Test func orderIsThatOfTheBytes() throws {
    let texts = ["00", "01", "7f", "80", "ff"].flatMap { byte in
      ["0", "f"].map { byte + String(repeating: $0, count: 38) }
    }
    let ids = try texts.map { try #require(ObjectID($0)) }
    #expect(ids.shuffled().sorted() == ids)
    #expect(ids.map(\.hex) == texts)
  }

  @Test func everyByteHasItsPlace() throws {
    for index in 0..<20 {
      var bytes = [UInt8](repeating: 0, count: 20)
      bytes[index] = 0xA5
      #expect(try #require(ObjectID(bytes: bytes)).bytes == bytes)
    }
  }

  @Test func codedAsItsDigits() throws {
    let id = try #require(ObjectID(Self.hex))
    let data = try Wire.encoder().encode([id])
    #expect(String(decoding: data, as: UTF8.self) == "[\"\(Self.hex)\"]")
    #expect(try Wire.decoder().decode([ObjectID].self, from: data) == [id])
    #expect(throws: DecodingError.self) {
      try Wire.decoder().decode([ObjectID].self, from: Data("[\"abc\"]".utf8))
    }
  }
}
