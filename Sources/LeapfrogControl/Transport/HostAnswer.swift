import LeapfrogCore

/// An answer of a host. Each type says what of it can be advice: a host may lie, and its words are no
/// commands.
protocol HostAnswer: Codable, Sendable {
  /// The same, with commands of known kinds as they are typed here, and all others as what the host said.
  func heard(_ remedies: HostRemedies) -> Self
}

extension HostAnswer {
  func heard(_ remedies: HostRemedies) -> Self { self }

  /// A copy of which something is different.
  fileprivate func changed(_ change: (inout Self) -> Void) -> Self {
    var copy = self
    change(&copy)
    return copy
  }
}

// MARK: Answers that advise nothing

extension Nothing: HostAnswer {}
extension HostInfo: HostAnswer {}
extension StageNeeds: HostAnswer {}
extension Staged: HostAnswer {}
extension WorkStarted: HostAnswer {}
extension JobOutput: HostAnswer {}
extension PlanResult: HostAnswer {}

// MARK: Answers that can

extension Failure: HostAnswer {
  func heard(_ remedies: HostRemedies) -> Failure {
    let (message, remedy) = Self.heard(message, self.remedy, remedies)
    return Failure(kind, message, remedy: remedy)
  }

  /// What was said of a remedy that is no known command stands in the message.
  fileprivate static func heard(
    _ message: String, _ remedy: String?, _ remedies: HostRemedies
  ) -> (message: String, remedy: String?) {
    let text = remedies.text(message)
    guard let remedy else { return (text, nil) }
    guard let command = remedies.command(remedy) else {
      return ("\(text); \(remedies.said(remedy))", nil)
    }
    return (text, command)
  }
}

extension Finding: HostAnswer {
  func heard(_ remedies: HostRemedies) -> Finding {
    let (message, remedy) = Failure.heard(message, self.remedy, remedies)
    return Finding(subject: subject, good: good, message: message, remedy: remedy)
  }
}

extension Array: HostAnswer where Element: HostAnswer {
  func heard(_ remedies: HostRemedies) -> [Element] { map { $0.heard(remedies) } }
}

extension Machine: HostAnswer {
  func heard(_ remedies: HostRemedies) -> Machine {
    changed { $0.findings = findings.heard(remedies) }
  }
}

extension UnitsResult: HostAnswer {
  func heard(_ remedies: HostRemedies) -> UnitsResult {
    changed { $0.reason = reason.map(remedies.text) }
  }
}

extension BackupInfo: HostAnswer {
  func heard(_ remedies: HostRemedies) -> BackupInfo {
    changed { $0.fault = fault.map(remedies.text) }
  }
}

extension Event: HostAnswer {
  func heard(_ remedies: HostRemedies) -> Event { changed { $0.text = text.map(remedies.text) } }
}

extension EventsResult: HostAnswer {
  func heard(_ remedies: HostRemedies) -> EventsResult {
    EventsResult(events: events.heard(remedies), release: release?.heard(remedies))
  }
}

extension ReleaseStatus: HostAnswer {
  func heard(_ remedies: HostRemedies) -> ReleaseStatus {
    changed {
      $0.reason = reason.map(remedies.text)
      $0.next = next.compactMap(remedies.command)
    }
  }
}

extension SiteStatus: HostAnswer {
  func heard(_ remedies: HostRemedies) -> SiteStatus {
    changed { $0.reason = reason.map(remedies.text) }
  }
}

extension PairStatus: HostAnswer {
  func heard(_ remedies: HostRemedies) -> PairStatus {
    changed {
      // Commands are built from it.
      $0.name = remedies.pair?.name ?? name
      $0.sites = sites.heard(remedies)
      $0.release = release?.heard(remedies)
      $0.stuck = stuck?.heard(remedies)
    }
  }
}

extension Survey: HostAnswer {
  func heard(_ remedies: HostRemedies) -> Survey {
    changed { $0.status = status.heard(remedies) }
  }
}

extension PlannedRelease {
  /// The command that begins it.
  ///
  /// - Parameter pair: its name in leapfrog.yml.
  public func command(of pair: String) -> String {
    let options = sites.map { " --site \(Shell.argument($0, or: "SITE"))" }.joined()
    return "leapfrog upgrade \(pair) \(Shell.argument(ref, or: "REF")) --continue\(options)"
  }
}
