import CLibssh2
import Glibc
import Synchronization

/// Has an agent sign what libssh2 wants to be signed.
final class AgentSigner: Sendable {
  private let agent: SSHAgent
  private let key: HostKey
  private let outcome = Mutex(Outcome())

  private struct Outcome {
    var fault: SSHAgent.Fault?
    var waited = Duration.zero
  }

  /// Why there was no signature.
  var fault: SSHAgent.Fault? { outcome.withLock(\.fault) }
  /// How long the agent was waited for.
  var waited: Duration { outcome.withLock(\.waited) }

  init(_ agent: SSHAgent, _ key: HostKey) { (self.agent, self.key) = (agent, key) }

  /// What the library has to hand on to the callback; this object has to live until then.
  var context: UnsafeMutableRawPointer? { Unmanaged.passUnretained(self).toOpaque() }

  typealias Callback =
    @convention(c) (
      OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?,
      UnsafeMutablePointer<Int>?, UnsafePointer<UInt8>?, Int,
      UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> Int32

  /// What the library calls for a signature.
  static let callback: Callback = { _, signature, length, data, count, context in
    guard let signer = context?.pointee, let signature, let length,
      let bytes = Unmanaged<AgentSigner>.fromOpaque(signer).takeUnretainedValue()
        .sign(Array(UnsafeBufferPointer(start: data, count: count))),
      // The library frees it.
      let memory = malloc(max(1, bytes.count))
    else { return -1 }
    memory.copyMemory(from: bytes, byteCount: bytes.count)
    signature.pointee = memory.assumingMemoryBound(to: UInt8.self)
    length.pointee = bytes.count
    return 0
  }

  private func sign(_ data: [UInt8]) -> [UInt8]? {
    let begin = ContinuousClock.now
    defer { outcome.withLock { $0.waited += begin.duration(to: .now) } }
    do { return try agent.sign(data, with: key) } catch let fault as SSHAgent.Fault {
      outcome.withLock { $0.fault = fault }
    } catch {}
    return nil
  }
}
