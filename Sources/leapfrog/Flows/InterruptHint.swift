import Dispatch
import Foundation
import Glibc
import Synchronization

/// Ctrl-C ends only the one who follows; this says so, because it is not what people expect.
final class InterruptHint: Sendable {
  private static let followed = Mutex([String]())
  private let text: String

  init(pair: String, isSilent: Bool) {
    text =
      isSilent
      ? "" : "the work goes on by itself; `leapfrog events \(pair) --follow` comes back to it"
    Self.followed.withLock { $0.append(text) }
    Self.listening
  }

  func cancel() {
    Self.followed.withLock { followed in
      if let index = followed.firstIndex(of: text) { followed.remove(at: index) }
    }
  }

  /// Begun once, however many hosts are followed: ignoring the signal again would take it from the one
  /// who listens.
  private static let listening: Void = {
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT)
    source.setEventHandler {
      // Kept alive by its own handler.
      withExtendedLifetime(source) { end() }
    }
    source.resume()
  }()

  private static func end() {
    let text = followed.withLock { $0.first } ?? ""
    if !text.isEmpty {
      Output.remark("")
      Output.remark(text)
    }
    Output.end(130)
  }
}
