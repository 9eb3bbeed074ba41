import Foundation
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
