import LeapfrogCore

/// What `plan` says, as data.
struct ReleasePlan: Encodable {
  var pair: String
  var host: String
  var ref: String
  var commit: ObjectID
  /// The platform that would be staged, or that has the code already; nil when there is none.
  var platform: PlatformName?
  var from: String?
  var fromCommit: ObjectID?
  var commits: Commits
  var files: Files
  var sites: [Site]
  var space: Space
  /// Why `upgrade` would be refused; nil when it would not.
  var refusal: String?
  /// What is not as it looks in the configuration.
  var notes: [String] = []
  var next: [String]

  /// Whether an upgrade would find every site moved already.
  var isEmpty: Bool { refusal == nil && next.isEmpty }

  enum CodingKeys: String, CodingKey {
    case pair, host, ref, commit, platform, from, commits, files, sites, space, refusal, notes, next
    case fromCommit = "from_commit"
  }

  struct Commits: Encodable {
    var count: Int
    /// How many commits the sites have now that the ref does not have.
    var left: Int
    var first: [String]
  }

  struct Files: Encodable {
    var written: Int
    var removed: Int
    /// Changed paths that can mean an update of data, as far as the profile knows, with the line where
    /// a line decided.
    var updating: [String]
  }

  struct Site: Encodable {
    enum Action: String, Encodable {
      case move, stay
      case notSeated = "not_seated"
    }

    var name: String
    var platform: PlatformName?
    var action: Action
    /// Whether a site that moves is never closed; nil for one that does not move.
    var express: Bool?
    /// Why.
    var why: String?
    var steps: [StepName] = []
    /// Seconds, from when the site was last closed; nil before that.
    var estimatedDowntime: Double?
    var databaseBytes: Int64

    enum CodingKeys: String, CodingKey {
      case name, platform, action, express, why, steps
      case estimatedDowntime = "estimated_downtime"
      case databaseBytes = "database_bytes"
    }
  }

  struct Space: Encodable {
    /// Bytes.
    var needed: Int64
    /// Bytes.
    var free: Int64
  }
}

/// What `plan` says of a pair on several hosts.
struct SpreadPlan: Encodable {
  var pair: String
  var ref: String
  var hosts: [ReleasePlan]
}
