import LeapfrogCore

/// An answer of a host that can advise commands.
protocol HostWording {
  /// The same, with the commands as they are typed where leapfrog is.
  func worded(_ shell: HostShell) -> Self
}

extension Failure: HostWording {
  func worded(_ shell: HostShell) -> Failure {
    Failure(kind, shell.text(message), remedy: remedy.map(shell.typed))
  }
}

extension Finding: HostWording {
  func worded(_ shell: HostShell) -> Finding {
    Finding(
      subject: subject, good: good, message: shell.text(message),
      remedy: remedy.map(shell.typed))
  }
}

extension Array: HostWording where Element: HostWording {
  func worded(_ shell: HostShell) -> [Element] { map { $0.worded(shell) } }
}

extension Machine: HostWording {
  func worded(_ shell: HostShell) -> Machine {
    var machine = self
    machine.findings = findings.worded(shell)
    return machine
  }
}

extension Event: HostWording {
  func worded(_ shell: HostShell) -> Event {
    var event = self
    event.text = text.map(shell.text)
    return event
  }
}

extension EventsResult: HostWording {
  func worded(_ shell: HostShell) -> EventsResult {
    EventsResult(events: events.worded(shell), release: release?.worded(shell))
  }
}

extension ReleaseStatus: HostWording {
  func worded(_ shell: HostShell) -> ReleaseStatus {
    var release = self
    release.reason = reason.map(shell.text)
    release.next = next.map(shell.typed)
    return release
  }
}

extension SiteStatus: HostWording {
  func worded(_ shell: HostShell) -> SiteStatus {
    var site = self
    site.reason = reason.map(shell.text)
    return site
  }
}

extension PairStatus: HostWording {
  func worded(_ shell: HostShell) -> PairStatus {
    var status = self
    status.sites = sites.worded(shell)
    status.release = release?.worded(shell)
    return status
  }
}

extension Survey: HostWording {
  func worded(_ shell: HostShell) -> Survey {
    var survey = self
    survey.status = status.worded(shell)
    return survey
  }
}
