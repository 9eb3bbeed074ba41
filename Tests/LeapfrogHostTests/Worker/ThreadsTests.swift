import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct ThreadsTests {
  @Test func bothGivesWhatBothMade() throws {
    let (one, other) = try Threads.both({ 1 }, and: { "two" })
    #expect(one == 1)
    #expect(other == "two")
  }

  @Test func aFaultOfEitherIsThrown() {
    let fault = Failure.failed("it broke")
    #expect(throws: fault) { _ = try Threads.both({ () throws -> Int in throw fault }, and: { 2 }) }
    #expect(throws: fault) { _ = try Threads.both({ 1 }, and: { () throws -> Int in throw fault }) }
  }
}
