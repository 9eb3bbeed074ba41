import Crypto
import Foundation
import Glibc
import LeapfrogCore
import Synchronization

/// The `leapfrog-host` that belongs to this program.
public final class HostExecutable: Sendable {
  /// Where it is.
  public let path: String
  private let memory: DigestMemory?
  private let known = Mutex<String?>(nil)

  init(path: String, memory: DigestMemory? = nil) { (self.path, self.memory) = (path, memory) }

  /// The one beside this program.
  ///
  /// - Parameter state: the controller's directory.
  /// - Throws: `Failure` when it is not there.
  public static func beside(state: String) throws -> HostExecutable {
    let own =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "leapfrog"
    let path = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(
      "leapfrog-host"
    ).path
    guard access(path, X_OK) == 0 else {
      guard errno == ENOENT else { throw Posix.failure("leapfrog-host cannot be run at \(path)") }
      throw Failure.failed(
        "leapfrog-host is not beside leapfrog, at \(path)", remedy: "scripts/quickstart")
    }
    return HostExecutable(path: path, memory: DigestMemory(state: state, of: path))
  }

  /// The SHA-256 of its contents in 64 hex digits, which is also its address on a host.
  public func digest() throws -> String {
    try known.withLock { known in
      if let known { return known }
      if let remembered = memory?.digest {
        known = remembered
        return remembered
      }
      let digits = try taken()
      known = digits
      return digits
    }
  }

  private func taken() throws -> String {
    let file = try opened()
    defer { try? file.close() }
    let state = memory?.state(of: file.fileDescriptor)
    var hash = SHA256()
    while let piece = try file.read(upToCount: Self.piece), !piece.isEmpty {
      hash.update(data: piece)
    }
    let digits = hash.finalize().map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
    memory?.keep(digits, of: state)
    return digits
  }

  /// Bytes.
  func size() throws -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw Posix.failure("cannot look at \(path)") }
    return Int(status.st_size)
  }

  /// The newest version of glibc that it was linked to, as numbers: what a host has to have.
  func neededLibc() throws -> [Int] {
    let contents = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    let mark = Data("\0GLIBC_2.".utf8)
    var (newest, start) = (0, contents.startIndex)
    while let found = contents.range(of: mark, in: start..<contents.endIndex) {
      let digits = contents[found.upperBound...].prefix { (0x30...0x39).contains($0) }
      newest = max(newest, Int(String(decoding: digits, as: UTF8.self)) ?? 0)
      start = found.upperBound
    }
    return [2, newest]
  }

  /// Hands over the contents in pieces.
  func read(_ body: ([UInt8]) async throws -> Void) async throws {
    let file = try opened()
    defer { try? file.close() }
    while let piece = try file.read(upToCount: Self.piece), !piece.isEmpty {
      try await body([UInt8](piece))
    }
  }

  private static let piece = 1 << 20

  private func opened() throws -> FileHandle {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw Failure.failed("\(path) cannot be read")
    }
    return file
  }
}
