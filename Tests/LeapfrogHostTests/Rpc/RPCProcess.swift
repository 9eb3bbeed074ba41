import Foundation
import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// A `leapfrog-host rpc` as a controller has it: a process with pipes.
final class RPCProcess {
  let process = Process()
  private let (input, output) = (Foundation.Pipe(), Foundation.Pipe())
  private let reader: WireReader
  private var lastID = 0

  init(_ options: [String] = [], failpoints: String? = nil, path: String? = nil) throws {
    process.executableURL = URL(fileURLWithPath: JobSandbox.executable)
    process.arguments = ["rpc"] + options
    let own = ["LEAPFROG_FAILPOINTS": failpoints, "PATH": path].compactMapValues { $0 }
    process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }
    (process.standardInput, process.standardOutput) = (input, output)
    reader = WireReader(descriptor: output.fileHandleForReading.fileDescriptor)
    try process.run()
    try output.fileHandleForWriting.close()
    try input.fileHandleForReading.close()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  /// Asks and waits for the answer; nil when the process ended instead.
  func call<Params: Codable & Sendable, Result: Codable & Sendable>(
    _ method: LeapfrogCore.Method, _ params: Params, bulk: [UInt8]? = nil,
    as: Result.Type = Result.self
  ) throws -> Result? {
    try send(method, params, bulk: bulk)
    guard let line = try reader.line() else { return nil }
    let response = try Wire.decoder().decode(Response<Result>.self, from: Data(line))
    if let error = response.error { throw error.failure }
    return response.result
  }

  /// Asks without waiting; `missing` bytes of the bulk data never come.
  func send<Params: Codable & Sendable>(
    _ method: LeapfrogCore.Method, _ params: Params, bulk: [UInt8]? = nil, missing: Int = 0
  ) throws {
    lastID += 1
    var request = Request(id: lastID, method: method, params: params)
    request.bulk = bulk.map { $0.count + missing }
    var data = try Wire.encoder().encode(request)
    data.append(UInt8(ascii: "\n"))
    if let bulk { data.append(contentsOf: bulk) }
    try input.fileHandleForWriting.write(contentsOf: data)
  }

  var pid: pid_t { process.processIdentifier }

  /// Stops it, as a link that hangs does; a signal that comes before it has stopped would still end it.
  func stop() throws {
    kill(pid, SIGSTOP)
    let deadline = Deadline(seconds: 60)
    while try !String(decoding: Files.read("/proc/\(pid)/stat"), as: UTF8.self).contains(") T ") {
      try #require(!deadline.isOver)
      usleep(1000)
    }
  }

  /// Waits for its end like `end`, and keeps no other test from running meanwhile.
  func ended(within seconds: Double) async -> Int32? {
    let deadline = Deadline(seconds: seconds)
    while process.isRunning, !deadline.isOver { try? await Task.sleep(for: .milliseconds(10)) }
    return end(within: 0)
  }

  /// Waits for its end; nil when it goes on.
  func end(within seconds: Double) -> Int32? {
    let deadline = Deadline(seconds: seconds)
    while process.isRunning {
      if deadline.isOver { return nil }
      usleep(10_000)
    }
    return process.terminationReason == .exit
      ? process.terminationStatus : 128 + process.terminationStatus
  }
}

/// A pair whose build leaves a trace, as a controller stages it.
struct StagedPair {
  let disk: PairOnDisk
  var spec: PairSpec
  let tree: Tree = ["index": "text"]

  init() throws {
    disk = try PairOnDisk()
    let root = disk.layout.root
    let build = "echo built >> \(root)/builds; while [ -e \(root)/hold ]; do sleep 0.05; done"
    spec = PairSpec(
      name: "acme", root: root, build: Command(shell: build),
      buildUser: getuid() == 0 ? "root" : nil)
    _ = try Journal(layout: disk.layout, creates: true)
    try PlatformMarker.make(disk.layout)
    try Pair.save(spec)
  }

  var journal: Journal { get throws { try Journal(layout: disk.layout) } }

  var order: WorkOrder {
    WorkOrder(
      kind: .stage, spec: spec, ref: "v1", commit: tree.commit, to: .blue, actor: "bob")
  }

  /// A build that begins goes on until `letGo`.
  func hold() throws { try Files.create([], at: "\(disk.layout.root)/hold") }

  func letGo() throws { try Files.remove("\(disk.layout.root)/hold") }

  /// How often the build ran.
  var builds: Int {
    let text = (try? Files.read("\(disk.layout.root)/builds")) ?? []
    return text.count { $0 == UInt8(ascii: "\n") }
  }

  func begin(_ rpc: RPCProcess, _ claim: Claim) throws -> StageNeeds? {
    try rpc.call(.stageBegin, params(tree, claim), bulk: TreeCodec.encode(tree.entries()))
  }

  func params(_ tree: Tree, _ claim: Claim) -> StageParams {
    StageParams(
      root: spec.root, spec: spec, ref: "v1", commit: tree.commit, platform: .blue,
      build: spec.wholeBuild, actor: "bob", claim: claim)
  }

  /// Stages to its end, and keeps the lock.
  func stage(_ rpc: RPCProcess, _ claim: Claim) throws {
    _ = try begin(rpc, claim)
    for (id, text) in tree.files.map({ ($0.value.id, Array($0.value.text.utf8)) }) {
      let length = withUnsafeBytes(of: UInt64(text.count).bigEndian, Array.init)
      _ = try rpc.call(.stageBlobs, Nothing(), bulk: id.bytes + length + text, as: Nothing.self)
    }
    _ = try rpc.call(.stageFinish, Nothing(), as: Staged.self)
  }

  func work(_ rpc: RPCProcess, _ claim: Claim, _ request: String) throws -> WorkStarted? {
    try rpc.call(
      .work, WorkParams(root: spec.root, order: order, claim: claim, request: request))
  }

  func control(
    _ rpc: RPCProcess, _ action: ControlParams.Action, _ claim: Claim, _ request: String
  ) throws -> WorkStarted? {
    let params = ControlParams(
      root: spec.root, pair: spec.name, action: action, actor: "bob", claim: claim, request: request
    )
    return try rpc.call(.control, params)
  }

  /// Waits for the end of a release.
  func state(of release: Int64) throws -> ReleaseStatus.State? {
    let deadline = Deadline(seconds: 120)
    while try journal.state(of: release) == .running || PairLock.isHeld(disk.layout) {
      if deadline.isOver { return .running }
      usleep(10_000)
    }
    return try journal.state(of: release)
  }
}
