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
  case events
  case history
  case backups
  case doctor
  case machine
  case units
}

/// A request as it goes over the wire; `params` is the method's own type.
public struct Request<Params: Codable & Sendable>: Codable, Sendable {
  public var jsonrpc = "2.0"
  public var id: Int
  public var method: Method
  public var params: Params
  /// How many bytes of bulk data follow the line; nil for none.
  public var bulk: Int?

  public init(id: Int, method: Method, params: Params, bulk: Int? = nil) {
    self.id = id
    self.method = method
    self.params = params
    self.bulk = bulk
  }
}

/// What every request has, whatever its method.
public struct RequestHead: Codable, Sendable {
  public var id: Int
  public var method: Method
  public var bulk: Int?
}

/// An answer: a result or a failure.
public struct Response<Result: Codable & Sendable>: Codable, Sendable {
  public var jsonrpc = "2.0"
  public var id: Int?
  public var result: Result?
  public var error: WireError?

  public init(id: Int?, result: Result) {
    self.id = id
    self.result = result
  }

  public init(id: Int?, error: WireError) {
    self.id = id
    self.error = error
  }
}

/// A JSON-RPC error that carries our failure as its data.
public struct WireError: Codable, Sendable {
  /// -32000 for a failure of ours, the JSON-RPC codes for a broken message.
  public var code: Int
  public var message: String
  public var data: Failure?

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
  public init() {}
}
