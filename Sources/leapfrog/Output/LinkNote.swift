import LeapfrogControl

/// Says that a link broke and that it is back.
struct LinkNote: Sendable {
  let console: Console
  let host: String

  func show(_ notice: HostLink.Notice) {
    switch notice {
    case .lost(let reason):
      Output.remark("leapfrog: \(reason); what is under way on \(host) goes on, trying again")
    case .back: Output.remark("leapfrog: the link to \(host) is back")
    }
  }
}

/// Shows how far `leapfrog-host` is on its way to a host.
struct UploadView: Sendable {
  let console: Console

  var progress: RemoteHost.Progress {
    let console = console
    return { what, done, total in
      let size = Formats.size(Int64(total))
      guard console.isTerminal else {
        if done == min(done, 1 << 20) { console.note("\(what) (\(size))") }
        return
      }
      console.control(.clearLine)
      console.passing("\(what): \(Formats.size(Int64(done))) of \(size)…")
      if done >= total { console.control(.clearLine) }
    }
  }
}
