import LeapfrogCore
import Testing

@Suite struct CommandTests {
  @Test func aCommandIsOneLineInAMessage() {
    #expect(Command(["./bin/update", "--all"]).summary == "./bin/update --all")
    #expect(Command(shell: "make\nmake install").summary == "make; make install")
    #expect(Command(["/bin/sh", "-c"]).summary == "/bin/sh -c")
    #expect(Command.none.summary.isEmpty)
    let long = Command(shell: String(repeating: "x", count: 500)).summary
    #expect(long.count == 100 && long.hasSuffix("…"))
  }
}
