import Foundation

/// JSON-RPC 2.0 between controller and host, one message a line; bulk data follows its request as
/// exactly the bytes that the request's `bulk` announces.
public enum Wire {
  /// The version of the messages; controller and host must agree.
  public static let version = 2
  /// The longest line that is read, in bytes.
  public static let longestLine = 16 << 20

  /// The encoder of every message: one line, keys in a stable order, dates in ISO 8601 UTC.
  public static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return encoder
  }

  /// A value as `encoder` writes it, for a terminal: characters that it would obey are escaped. JSON has them
  /// only inside of strings, where the escape means the same.
  public static func visible(_ value: some Encodable) throws -> String {
    let text = String(decoding: try encoder().encode(value), as: UTF8.self)
    guard !text.unicodeScalars.allSatisfy(\.isVisible) else { return text }
    return text.unicodeScalars.map { scalar in
      scalar.isVisible
        ? String(scalar)
        : String(scalar).utf16.map { String(format: "\\u%04x", Int($0)) }.joined()
    }.joined()
  }

  /// The decoder that reads what `encoder` wrote.
  public static func decoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return decoder
  }
}

/// A request that a host answers.
public enum Method: String, Codable, Sendable {
  case hello
  case status
  case survey
  case stageBegin = "stage.begin"
  case stageBlobs = "stage.blobs"
  case stageFinish = "stage.finish"
  case work
  case control
  case plan
  case events
  case history
  case backups
  case doctor
  case machine
  case units
  case output
}

/// A request as it goes over the wire; `params` is the method's own type.
public struct Request<Params: Codable & Sendable>: Codable, Sendable {
  /// The version of JSON-RPC.
  public var jsonrpc = "2.0"
  /// Names the request within its connection; the answer has the same.
  public var id: Int
  /// What is asked; it decides the types of the parameters and of the answer.
  public var method: Method
  /// What the host has to know for it.
  public var params: Params
  /// How many bytes of bulk data follow the line; nil for none.
  public var bulk: Int?
  /// How many bytes the bulk data is when it is unpacked (`Packing`); nil where it is not packed.
  public var unpacked: Int?

  /// - Parameter bulk: the bytes that the caller sends behind the line; here they are only counted.
  public init(id: Int, method: Method, params: Params, bulk: BulkData? = nil) {
    self.id = id
    self.method = method
    self.params = params
    (self.bulk, unpacked) = (bulk?.bytes.count, bulk?.unpacked)
  }
}

/// What every request has, whatever its method.
public struct RequestHead: Codable, Sendable {
  /// Names the request; the answer has the same.
  public var id: Int
  /// What is asked; only now can the parameters be read.
  public var method: Method
  /// How many bytes of bulk data follow the line; nil for none.
  public var bulk: Int?
  /// How many bytes the bulk data is when it is unpacked; nil where it is not packed.
  public var unpacked: Int?
}

/// The counted bytes that follow a request.
public struct BulkData: Sendable {
  /// The bytes as they are sent.
  public var bytes: [UInt8]
  /// How many they are unpacked; nil where they are not packed.
  public var unpacked: Int?

  /// - Parameter packed: whether they are sent packed, as over a link that is slower than packing.
  public init(_ bytes: [UInt8], packed: Bool = false) {
    self.bytes = packed ? Packing.pack(bytes) : bytes
    unpacked = packed ? bytes.count : nil
  }

  /// Bytes that are as they are to be sent.
  public init(sent bytes: [UInt8], unpacked: Int?) {
    (self.bytes, self.unpacked) = (bytes, unpacked)
  }
}

/// An answer: a result or a failure.
public struct Response<Result: Codable & Sendable>: Codable, Sendable {
  /// The version of JSON-RPC.
  public var jsonrpc = "2.0"
  /// The request that is answered; nil where the line could not be read as one.
  public var id: Int?
  /// What was asked for; nil where there is an error.
  public var result: Result?
  /// Why there is no result; nil where there is one.
  public var error: WireError?

  /// The answer to a request that was done.
  public init(id: Int?, result: Result) {
    self.id = id
    self.result = result
  }

  /// The answer to a request that failed, or to a line that is none.
  public init(id: Int?, error: WireError) {
    self.id = id
    self.error = error
  }
}

/// A JSON-RPC error that carries our failure as its data.
public struct WireError: Codable, Sendable {
  /// -32000 for a failure of ours, the JSON-RPC codes for a broken message.
  public var code: Int
  /// The failure's message, for one who reads no more than JSON-RPC.
  public var message: String
  /// The failure as it is; nil from an end that did not send it.
  public var data: Failure?

  /// - Parameter code: another than -32000 for a message that is broken.
  public init(_ failure: Failure, code: Int = -32000) {
    self.code = code
    message = failure.message
    data = failure
  }

  /// The failure that the other end meant.
  public var failure: Failure { data ?? .failed(message) }
}

/// No parameters, or nothing to answer.
public struct Nothing: Codable, Sendable {
  /// The one value that there is.
  public init() {}
}
