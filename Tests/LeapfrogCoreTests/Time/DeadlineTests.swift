import Testing

@testable import LeapfrogCore

/// Moments after which nobody waits, whatever number of seconds is asked for.
@Suite struct DeadlineTests {
  @Test(arguments: [0, -1, -Double.infinity, Double.nan, -Double.greatestFiniteMagnitude])
  func whatIsNotAheadIsOver(seconds: Double) {
    let deadline = Deadline(seconds: seconds)
    #expect(deadline.isOver && deadline.milliseconds == 0)
    #expect(deadline.share(of: 3).isOver)
  }

  @Test(arguments: [1e9, Double.infinity, Double.greatestFiniteMagnitude])
  func whatIsFarIsWaitedForAsLongAsPollCan(seconds: Double) {
    let deadline = Deadline(seconds: seconds)
    #expect(!deadline.isOver && deadline.milliseconds > 600_000_000)
    #expect(!deadline.later(by: .seconds(1)).isOver)
  }

  @Test func whatIsLeftIsRoundedUp() {
    let begun = ContinuousClock.now
    let left = Deadline(seconds: 60).milliseconds
    let share = Deadline(seconds: 60).share(of: 6).milliseconds
    let passed = Int32((ContinuousClock.now - begun) / .milliseconds(1))
    #expect((59_999 - passed...60_001).contains(left))
    #expect((9_999 - passed...10_001).contains(share))
    #expect(Deadline(.now + .microseconds(200)).milliseconds <= 1)
  }

  @Test func aLaterOneIsLater() {
    #expect(!Deadline(seconds: 0).later(by: .seconds(60)).isOver)
    #expect(Deadline(seconds: 60).later(by: .seconds(-61)).isOver)
  }

  @Test func durationsInSeconds() {
    #expect(Duration.milliseconds(1500).seconds == 1.5)
    #expect(Duration.zero.seconds == 0 && Duration.seconds(-2).seconds == -2)
  }
}
