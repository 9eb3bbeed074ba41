import CLibssh2
import LeapfrogCore

/// One connection to a host's sshd with any number of channels; the only place that calls libssh2.
///
/// Its methods run on a queue of its own. What the library has begun to send is sent to its end before
/// anything else is called, blocking that queue and nothing else; what only waits for the other side lets
/// go of the queue, so that other channels go on.
actor SSHSession {
  /// The host's name, for messages.
  nonisolated let name: String
  private let executor = QueueExecutor(label: "leapfrog.ssh")
  private let watcher: SocketWatcher
  private let handle: SessionHandle
  /// What this session's bytes go through; nil for a socket to the host itself.
  private let tunnel: Tunnel?
  var channels: [Int: OpaquePointer] = [:]
  var lastChannel = 0
  /// The key that the host proved to have.
  var hostKey: HostKey?
  private var waiters: [CheckedContinuation<Void, Never>] = []
  private var isWatching = false
  var lastInput = ContinuousClock.now
  /// When the other side was asked whether it is there.
  private var asked = ContinuousClock.now
  private var lastLook = ContinuousClock.now
  private var loss: LinkLost?

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Seconds of silence after which the other side is asked whether it is there.
  static let quiet = 4.0
  /// Seconds of silence after which the link counts as lost.
  static let patience = 15.0
  /// Seconds between two looks after which this process was not there itself, as when it was stopped.
  private static let absence = 5.0

  init(name: String, socket: Socket, tunnel: Tunnel?) throws {
    (self.name, self.tunnel) = (name, tunnel)
    watcher = SocketWatcher(socket)
    handle = try SessionHandle(socket)
  }

  /// The library's session, for the extensions of this actor.
  var raw: OpaquePointer { handle.raw }
  var socket: Socket { handle.socket }

  // MARK: The end

  /// Ends the connection with all its channels.
  func close() async {
    if loss == nil { loss = LinkLost("the connection to \(name) was closed") }
    channels = [:]
    socket.shutDown()
    wake()
    await tunnel?.close()
  }

  func verifyAlive() throws {
    if let loss { throw loss }
  }

  /// The link is gone: whoever waits is told.
  @discardableResult
  func lose(_ code: Int32) -> LinkLost {
    lose(Libssh2.lastError(raw))
  }

  private func lose(_ why: String) -> LinkLost {
    let lost = loss ?? LinkLost("the link to \(name) broke: \(why)", remedy: "ssh \(name)")
    loss = lost
    socket.shutDown()
    wake()
    return lost
  }

  /// Whether a call did not succeed because the link is gone. In the middle of a login the library gives
  /// that the code of a refusal.
  func isLoss(_ code: Int32) -> Bool { Libssh2.isLoss(code) || code != 0 && socket.hasEnded }

  func refused(_ what: String, _ code: Int32) -> any Error {
    if isLoss(code) { return lose(code) }
    return Failure.failed("\(what): \(Libssh2.lastError(raw))", remedy: "ssh -v \(name)")
  }

  // MARK: Waiting

  /// Whether nobody waits for anything.
  var isAtRest: Bool { waiters.isEmpty }

  /// Calls the library until it has an answer.
  ///
  /// - Parameter limit: asked for anew whenever the other side has to be waited for.
  /// - Throws: `LinkLost` when there is none in time: what was begun can then not be taken back.
  func finish(until limit: @autoclosure () -> Deadline, _ call: () -> Int32) throws -> Int32 {
    defer { wake() }
    while true {
      try verifyAlive()
      let code = call()
      guard code == LIBSSH2_ERROR_EAGAIN else { return code }
      try block(until: limit())
    }
  }

  func block(until limit: Deadline) throws {
    let directions = libssh2_session_block_directions(raw)
    let isReady = socket.wait(
      reading: directions & LIBSSH2_SESSION_BLOCK_OUTBOUND == 0
        || directions & LIBSSH2_SESSION_BLOCK_INBOUND != 0,
      writing: directions & LIBSSH2_SESSION_BLOCK_OUTBOUND != 0, milliseconds: limit.milliseconds)
    guard isReady else { throw lose("no answer") }
    lastInput = .now
  }

  /// Waits until something may have come, without holding the queue.
  func input() async {
    await withCheckedContinuation { waiter in
      waiters.append(waiter)
      watch()
    }
  }

  func wake() {
    let waiting = waiters
    waiters = []
    for waiter in waiting { waiter.resume() }
  }

  private func watch() {
    guard !isWatching else { return }
    isWatching = true
    let watcher = watcher
    Task {
      let hasInput = await watcher.input(within: 500)
      isWatching = false
      // Whoever was not there cannot have heard anything.
      if hasInput || lastLook.age > Self.absence { lastInput = .now }
      lastLook = .now
      keepAlive()
      wake()
    }
  }

  /// Asks a silent host whether it is there, and gives it up after a while.
  private func keepAlive() {
    guard lastInput.age > Self.quiet else { return }
    if asked < lastInput { asked = .now }
    if asked.age > Self.patience - Self.quiet {
      _ = lose("nothing came for \(Int(Self.patience)) s")
    }
    // Something small that the kernel takes at once: the library does not keep what it could not send.
    guard loss == nil, socket.takesWrites else { return }
    var next: Int32 = 0
    libssh2_keepalive_send(raw, &next)
  }
}
