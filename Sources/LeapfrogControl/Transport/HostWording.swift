import LeapfrogCore

/// An answer of a host that can advise commands.
protocol HostWording {
  /// The same, with the commands as they are typed where leapfrog is.
  func worded(_ shell: HostShell) -> Self
}

extension HostWording {
  /// A copy of which something is different.
  fileprivate func changed(_ change: (inout Self) -> Void) -> Self {
    var copy = self
    change(&copy)
    return copy
  }
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
    changed { $0.findings = findings.worded(shell) }
  }
}

extension Event: HostWording {
  func worded(_ shell: HostShell) -> Event {
    changed { $0.text = text.map(shell.text) }
  }
}

extension EventsResult: HostWording {
  func worded(_ shell: HostShell) -> EventsResult {
    EventsResult(events: events.worded(shell), release: release?.worded(shell))
  }
}

extension ReleaseStatus: HostWording {
  func worded(_ shell: HostShell) -> ReleaseStatus {
    changed {
      $0.reason = reason.map(shell.text)
      $0.next = next.map(shell.typed)
    }
  }
}

extension SiteStatus: HostWording {
  func worded(_ shell: HostShell) -> SiteStatus {
    changed { $0.reason = reason.map(shell.text) }
  }
}

extension PairStatus: HostWording {
  func worded(_ shell: HostShell) -> PairStatus {
    changed {
      $0.sites = sites.worded(shell)
      $0.release = release?.worded(shell)
      $0.stuck = stuck?.worded(shell)
    }
  }
}

extension Survey: HostWording {
  func worded(_ shell: HostShell) -> Survey {
    changed { $0.status = status.worded(shell) }
  }
}
