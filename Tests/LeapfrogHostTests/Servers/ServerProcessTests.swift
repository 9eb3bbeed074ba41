import Foundation
import RealServers
import Testing

@Suite struct ServerProcessTests {
  @Test func aServerEndsWhenItIsStoppedTwice() throws {
    let directory = NSTemporaryDirectory() + "server-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let server = try ServerProcess(["sleep", "60"], directory: directory, user: "nobody")
    #expect(server.isRunning)
    server.stop()
    server.stop()
    #expect(!server.isRunning)
  }
}
