import Foundation

@testable import LeapfrogHost

/// What a controller sends, without a controller.
enum Pipes {
  /// Hands bytes over as the bulk data of a request.
  static func bulk<Value>(_ bytes: [UInt8], _ body: (Bulk) throws -> Value) throws -> Value {
    let pipe = Foundation.Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data(bytes))
    try pipe.fileHandleForWriting.close()
    let reader = WireReader(descriptor: pipe.fileHandleForReading.fileDescriptor)
    return try withExtendedLifetime(pipe) { try body(try Bulk(reader: reader, count: bytes.count)) }
  }
}
