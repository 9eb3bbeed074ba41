import Foundation
import Glibc
import LeapfrogCore

/// What the controller remembers of a host that was added.
public struct HostRecord: Codable, Sendable {
  /// The name that ssh knows, or `local`.
  public var name: String
  /// `USER@ADDRESS:PORT` when it was added.
  public var address: String
  /// The host key's fingerprint; nil for the local host.
  public var fingerprint: String?
  /// When it was first added, UTC; adding it again does not change that.
  public var added: Date
  /// The SHA-256 of the `leapfrog-host` that was put there last.
  public var digest: String
  /// The pairs that a unit recovers at boot.
  public var units: [String]
}

/// The hosts that were added: one file each, below the controller's state.
public struct HostRecords: Sendable {
  private let directory: String

  /// - Parameter state: the controller's directory.
  public init(state: String) { directory = "\(state)/hosts" }

  /// All of them, by name.
  public var all: [HostRecord] {
    Posix.names(in: directory).sorted().compactMap { name in
      guard name.hasSuffix(".json"), let text = Posix.read("\(directory)/\(name)") else {
        return nil
      }
      return try? Wire.decoder().decode(HostRecord.self, from: Data(text.utf8))
    }
  }

  /// What is remembered of a host; nil when it was not added, or its record cannot be read.
  public func record(of name: String) -> HostRecord? { all.first { $0.name == name } }

  func save(_ record: HostRecord) throws {
    try Posix.makeDirectory(directory)
    let text = String(decoding: try Wire.encoder().encode(record), as: UTF8.self)
    try Posix.write(text, to: path(record.name))
  }

  func remove(_ name: String) { unlink(path(name)) }

  private func path(_ name: String) -> String { "\(directory)/\(name).json" }
}
