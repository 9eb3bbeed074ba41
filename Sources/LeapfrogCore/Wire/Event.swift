import Foundation

/// One thing that happened on a pair, numbered without gaps; a follower asks for those after N.
public struct Event: Codable, Sendable, Equatable {
  /// What kind of thing happened.
  public enum Kind: String, Codable, Sendable {
    case releaseStarted = "release.started"
    case releaseFinished = "release.finished"
    case stageStarted = "stage.started"
    case stageDrift = "stage.drift"
    case stageFinished = "stage.finished"
    /// What an operator has to know of this release besides its progress.
    case notice
    case buildStarted = "build.started"
    case buildFinished = "build.finished"
    /// Requests under way may end, before links leave the platform that sites were taken from.
    case drainStarted = "drain.started"
    case requirementsStarted = "requirements.started"
    case requirementsFinished = "requirements.finished"
    case requirementsFailed = "requirements.failed"
    case afterStageStarted = "after_stage.started"
    case afterStageFinished = "after_stage.finished"
    case siteStarted = "site.started"
    case siteFinished = "site.finished"
    case stepStarted = "step.started"
    case stepFinished = "step.finished"
    case stepFailed = "step.failed"
    case undoStarted = "undo.started"
    case undoFinished = "undo.finished"
    case undoFailed = "undo.failed"
  }

  /// The number, from 1.
  public var number: Int64
  /// When it happened, UTC.
  public var time: Date
  /// The release it belongs to.
  public var release: Int64
  /// What happened.
  public var kind: Kind
  /// The site's name; nil where it concerns the release as a whole.
  public var site: String?
  /// The step, with the kinds that are about a step or its undo.
  public var step: StepName?
  /// A sentence for the reader, where there is more to say.
  public var text: String?
  /// How long it took, in seconds, with the kinds that end something.
  public var seconds: Double?
  /// The site's downtime in seconds, with `site.finished`.
  public var downtime: Double?
  /// How it ended, with `release.finished` and `site.finished`.
  public var outcome: String?
  /// The host, where a controller follows several; hosts leave it out.
  public var host: String?

  /// The event with the host that it is from.
  public func on(_ host: String?) -> Event {
    var event = self
    event.host = host
    return event
  }

  /// An event of this moment, where no other is given; the journal gives it its number.
  public init(
    number: Int64 = 0, time: Date = Date(), release: Int64, kind: Kind, site: String? = nil,
    step: StepName? = nil, text: String? = nil, seconds: Double? = nil, downtime: Double? = nil,
    outcome: String? = nil
  ) {
    self.number = number
    self.time = time
    self.release = release
    self.kind = kind
    self.site = site
    self.step = step
    self.text = text
    self.seconds = seconds
    self.downtime = downtime
    self.outcome = outcome
  }
}
