import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct JobOutputTests {
  @Test func keepsBothEndsOfAGigabyte() throws {
    let sandbox = try JobSandbox()
    var request = sandbox.shell("echo begin; head -c 1G /dev/zero; echo; echo end", timeout: 300)
    request.outputLimit = 64 << 10
    let begin = SuspendingClock.now
    #expect(try sandbox.jobs.run(request) == .finished(.exited(0)))
    #expect(SuspendingClock.now - begin < .seconds(240))
    let output = try Files.read(sandbox.jobs.outputPath(of: "one"))
    #expect(output.count < 66 << 10)
    #expect(output.starts(with: Array("begin\n".utf8)))
    #expect(output.suffix(5).elementsEqual(Array("\nend\n".utf8)))
    #expect(sandbox.files().report()?.outputBytes == (1 << 30) + 11)
    let left = (1 << 30) + 11 - 65536
    #expect(
      String(decoding: output, as: UTF8.self).contains("\n[\(left) bytes were left out here]\n"))
  }

  /// Every way the pieces can fall around the limit and the ring's seam.
  @Test(arguments: [0, 1, 9, 10, 11, 14, 15, 16, 33, 100])
  func capsAtAnyLength(length: Int) throws {
    let sandbox = try JobSandbox()
    let bytes = (0..<length).map { UInt8($0) }
    for piece in [1, 2, 3, 7, 200] {
      let file = try Descriptor(opening: "\(sandbox.root)/out", O_RDWR | O_CREAT | O_TRUNC)
      var output = CappedOutput(to: file.number, limit: 10)
      for start in stride(from: 0, to: length, by: piece) {
        Array(bytes[start..<min(length, start + piece)]).withUnsafeBytes { output.append($0) }
      }
      output.complete()
      let notice = Array("\n[\(length - 10) bytes were left out here]\n".utf8)
      let expected = length <= 10 ? bytes : bytes.prefix(5) + notice + bytes.suffix(5)
      #expect(try Files.read("\(sandbox.root)/out") == expected)
      #expect(output.total == length)
    }
  }

  @Test func goesOnWhenOutputCannotBeWritten() throws {
    let file = try Descriptor(opening: "/dev/full", O_RDWR)
    var output = CappedOutput(to: file.number, limit: 10)
    for _ in 0..<3 { Array("0123456789".utf8).withUnsafeBytes { output.append($0) } }
    output.complete()
    #expect(output.total == 30)
    #expect(output.fault?.message.contains("No space left") == true)
  }

  @Test func showsNothingThatATerminalWouldObey() throws {
    let raw = Array("a\u{1B}[31mred\r\nb\u{7}\u{9B}c\td\u{202E}e\u{0}".utf8) + [0xFF, 0x0A]
    let text = OutputTail.clean(raw)
    #expect(text == "a\u{FFFD}[31mred\nb\u{FFFD}\u{FFFD}c\td\u{FFFD}e\u{FFFD}\u{FFFD}\n")
  }

  @Test func showsTheLastLines() throws {
    let sandbox = try JobSandbox()
    _ = try sandbox.run("seq 1 100000")
    #expect(sandbox.jobs.output(of: "one", lines: 3) == "99998\n99999\n100000")
    #expect(sandbox.jobs.output(of: "one", lines: -1) == "")
    #expect(sandbox.jobs.output(of: "other") == "")
  }

  @Test func makesAFailureThatNamesEverything() throws {
    let sandbox = try JobSandbox()
    _ = try sandbox.run("echo working; echo 'no such table: users'; exit 3")
    let failure = JobResult.exited(3).failure(
      of: "the update of a.example.com", sandbox.jobs.files("one"), pair: "acme")
    #expect(
      "\(failure)" == "the update of a.example.com exited with status 3, and its last words were: "
        + "working / no such table: users; run `leapfrog events acme --output one`")
    #expect("\(JobResult.signalled(SIGKILL))" == "was ended by signal 9 (Killed)")
    #expect("\(JobResult.timedOut(seconds: 7))".contains("within 7 seconds"))
  }
}
