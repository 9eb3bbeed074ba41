import Foundation
import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// What a controller sends is read as what it is, whatever is wrong with it.
@Suite struct ServerTests {
  /// The bytes after a request whose parameters are wrong are no requests.
  @Test func bulkOfAWrongRequestIsSkipped() throws {
    let bulk = #"{"jsonrpc":"2.0","id":2,"method":"hello","params":{}}"# + "\n"
    let head = #"{"jsonrpc":"2.0","id":1,"method":"stage.begin","bulk":\#(bulk.utf8.count),"#
    let answers = try answers(to: head + #""params":{"wrong":1}}"# + "\n" + bulk)
    #expect(answers.count == 1, "\(answers)")
    #expect(answers.first?.contains("-32602") == true, "\(answers)")
  }

  /// A controller that leaves with an answer unread resets the connection; that is its end like any other.
  @Test func aControllerThatLeavesWithoutReadingIsGone() throws {
    var ends: [Int32] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    defer { close(ends[1]) }
    try #require(write(ends[1], "unread", 6) == 6)
    close(ends[0])
    try Server(input: ends[1], output: ends[1]).run()
  }

  private func answers(to text: String) throws -> [Substring] {
    let (input, output) = (Foundation.Pipe(), Foundation.Pipe())
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try input.fileHandleForWriting.close()
    try Server(
      input: input.fileHandleForReading.fileDescriptor,
      output: output.fileHandleForWriting.fileDescriptor
    ).run()
    try output.fileHandleForWriting.close()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
  }
}
