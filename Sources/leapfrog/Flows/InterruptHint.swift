import Dispatch
import Foundation
import Glibc

/// Ctrl-C ends only the one who follows; this says so, because it is not what people expect.
final class InterruptHint {
  private let source: any DispatchSourceSignal

  init(pair: String, isSilent: Bool) {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT)
    source.setEventHandler {
      let text = "\nthe work goes on by itself; `leapfrog events \(pair) --follow` comes back to it"
      if !isSilent { Output.remark(text) }
      Output.end(130)
    }
    source.resume()
  }

  func cancel() {
    source.cancel()
    signal(SIGINT, SIG_DFL)
  }
}
