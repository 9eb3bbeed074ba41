import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct JobsRefusalTests {
  private func reason(_ state: JobState) -> String? {
    guard case .finished(.notStarted(let reason)) = state else { return nil }
    return reason
  }

  @Test func namesAProgramThatIsNotThere() throws {
    let sandbox = try JobSandbox()
    let named = try sandbox.jobs.run(sandbox.request(["no-such-tool"], id: "one"))
    #expect(reason(named)?.contains("'no-such-tool' in the PATH /usr/bin:/bin") == true)
    let path = try sandbox.jobs.run(sandbox.request(["./bin/update"], id: "two"))
    #expect(reason(path) == "there is no program \(sandbox.root)/./bin/update")
    #expect(try sandbox.jobs.state(of: "two") == path)
  }

  @Test func namesAFileThatIsNotExecutable() throws {
    let sandbox = try JobSandbox()
    try Files.write(Array("#!/bin/sh\n".utf8), to: "\(sandbox.root)/plain", mode: 0o644)
    let state = try sandbox.jobs.run(sandbox.request(["./plain"]))
    #expect(reason(state)?.contains("not executable; run `chmod +x") == true)
    let folder = try sandbox.jobs.run(sandbox.request([sandbox.root], id: "two"))
    #expect(reason(folder) == "\(sandbox.root) is a directory")
  }

  @Test func tellsWhatTheSystemRefuses() throws {
    let sandbox = try JobSandbox()
    try Files.write(Array("no binary".utf8), to: "\(sandbox.root)/odd", mode: 0o755)
    let odd = try sandbox.jobs.run(sandbox.request(["./odd"], id: "one"))
    #expect(reason(odd)?.hasPrefix("cannot run ./odd: Exec format error") == true)
    try Files.write(Array("#!/no/such/sh\n".utf8), to: "\(sandbox.root)/script", mode: 0o755)
    let script = try sandbox.jobs.run(sandbox.request(["./script"], id: "two"))
    #expect(reason(script)?.hasPrefix("cannot run ./script: No such file") == true)
  }

  @Test func namesADirectoryThatIsNotThere() throws {
    let sandbox = try JobSandbox()
    var request = sandbox.shell("true")
    request.directory = "\(sandbox.root)/gone"
    #expect(reason(try sandbox.jobs.run(request)) == "there is no directory \(sandbox.root)/gone")
  }

  @Test func tellsWhenItsOwnExecutableIsGone() throws {
    let sandbox = try JobSandbox()
    let jobs = Jobs(layout: sandbox.layout, lock: nil, executable: "/no/leapfrog-host")
    let state = try jobs.run(sandbox.shell("true"))
    #expect(reason(state)?.hasPrefix("cannot run /no/leapfrog-host") == true)
    #expect(try jobs.state(of: "one") == state)
  }

  @Test(arguments: ["", ".", "..", "../x", "a/b", "a b", "é", ".hidden", "a;b"])
  func refusesNamesThatAreNone(id: String) throws {
    let sandbox = try JobSandbox()
    #expect(throws: Failure.self) { try sandbox.run("true", id: id) }
    #expect(throws: Failure.self) { try sandbox.jobs.state(of: id) }
    #expect(throws: Failure.self) { try sandbox.jobs.forget(id) }
    #expect(sandbox.jobs.output(of: id) == "")
    #expect(try Files.names(in: sandbox.layout.jobs).isEmpty)
  }

  @Test func refusesWhatTheSystemWouldCutShort() throws {
    let sandbox = try JobSandbox()
    var requests = [sandbox.request([]), sandbox.request([""]), sandbox.request(["a", "b\0c"])]
    for timeout in [0, -1, Int.max] { requests.append(sandbox.shell("true", timeout: timeout)) }
    for key in ["", "A=B", "A\0"] {
      requests.append(sandbox.shell("true"))
      requests[requests.count - 1].environment[key] = "x"
    }
    requests.append(sandbox.shell("true"))
    requests[requests.count - 1].directory = "relative"
    for request in requests {
      #expect(throws: Failure.self) { try sandbox.jobs.run(request) }
    }
    #expect(try sandbox.jobs.state(of: "one") == .absent)
  }

  @Test func tellsNoSecretWhenItRefuses() throws {
    let sandbox = try JobSandbox()
    var request = sandbox.shell("true")
    request.environment["PASSWORD"] = "hunter2\0"
    let failure = #expect(throws: Failure.self) { try sandbox.jobs.run(request) }
    #expect(failure?.message.contains("PASSWORD") == true)
    #expect(failure?.message.contains("hunter2") == false)
  }

  @Test func refusesARecordThatIsNone() throws {
    let sandbox = try JobSandbox()
    let path = sandbox.files().record
    try Files.makeDirectory(sandbox.files().directory)
    for text in ["", "{}", "{\"grace\":1,\"request\":{\"environment\":{\"A\":\"hunter2\"}}}"] {
      try Files.write(Array(text.utf8), to: path)
      let failure = #expect(throws: Failure.self) { try JobRecord(reading: path) }
      #expect(failure?.message == "\(path) is not the record of a job")
    }
    #expect(try sandbox.jobs.state(of: "one") == .lost)
  }
}
