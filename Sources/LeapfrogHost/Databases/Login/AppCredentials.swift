import Foundation
import LeapfrogCore

/// What an app's settings say of its database.
struct AppCredentials: Sendable, Equatable {
  var name: String?
  var user: String?
  var password: Secret?
  var host: String?
  var port: Int?
  var socket: String?
  /// The file of a database that is one.
  var path: String?

  init() {}

  /// Reads what a `credentials` command printed: a JSON object. A value that is empty or null counts
  /// as not given.
  ///
  /// - Throws: `Failure` that says nothing of what was printed.
  init(json: [UInt8]) throws {
    guard let parsed = try? JSONSerialization.jsonObject(with: Data(json)),
      let object = parsed as? [String: Any]
    else { throw Failure.failed("the output is no JSON object") }
    name = try Self.text("name", of: object)
    user = try Self.text("user", of: object)
    password = try Self.text("password", of: object).map(Secret.init)
    host = try Self.text("host", of: object)
    socket = try Self.text("socket", of: object)
    path = try Self.text("path", of: object)
    port = try Self.port(of: object)
  }

  private static func text(_ key: String, of object: [String: Any]) throws -> String? {
    switch object[key] {
    case nil, is NSNull: return nil
    case let text as String: return text.isEmpty ? nil : text
    default: throw Failure.failed("the value of \"\(key)\" is not a text")
    }
  }

  private static func port(of object: [String: Any]) throws -> Int? {
    if let number = object["port"] as? Int { return number == 0 ? nil : try inRange(number) }
    guard let text = try text("port", of: object) else { return nil }
    return try inRange(Int(text) ?? -1)
  }

  private static func inRange(_ port: Int) throws -> Int {
    guard (1...65535).contains(port) else {
      throw Failure.failed("the value of \"port\" is no TCP port")
    }
    return port
  }
}
