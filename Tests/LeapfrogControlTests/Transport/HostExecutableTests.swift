import Foundation
import RealServers
import Testing

@testable import LeapfrogControl

/// The digest of `leapfrog-host`, and how it is remembered.
@Suite struct HostExecutableTests {
  private let directory: ServerDirectory
  private let file: String
  private let memory: DigestMemory

  init() throws {
    directory = try ServerDirectory()
    file = try directory.write("one", "leapfrog-host")
    memory = DigestMemory(state: "\(directory.path)/state", of: file)
  }

  @Test func aDigestIsRemembered() throws {
    let digest = try HostExecutable(path: file, memory: memory).digest()
    #expect(try Tool.run(["sha256sum", file]).hasPrefix(digest))
    #expect(memory.digest == digest)
    try directory.write("two", "leapfrog-host")
    #expect(memory.digest == nil)
    let other = try HostExecutable(path: file, memory: memory).digest()
    #expect(other != digest && memory.digest == other)
  }

  /// As when it is installed anew at that moment.
  @Test func aDigestOfAFileThatIsAnotherByNowIsNotRemembered() throws {
    let read = try #require(FileHandle(forReadingAtPath: file))
    let state = memory.state(of: read.fileDescriptor)
    try Data("two".utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    memory.keep("digest of one", of: state)
    #expect(memory.digest == nil)
    memory.keep("digest of two", of: memory.state(of: open(file, O_RDONLY)))
    #expect(memory.digest == "digest of two")
  }
}
