import Foundation

/// Asks for what the command of a job has printed.
public struct JobOutputParams: Codable, Sendable {
  /// The pair's directory, absolute.
  public var root: String
  /// The pair's name; a root that is another pair's is refused.
  public var pair: String
  /// The job's name, such as `m8-update-1`.
  public var job: String
  /// From which byte on; 0 for the first.
  public var offset: Int64

  /// A request for the part of the output that begins there.
  public init(root: String, pair: String, job: String, offset: Int64) {
    (self.root, self.pair, self.job, self.offset) = (root, pair, job, offset)
  }
}

/// A part of what the command of a job has printed.
public struct JobOutput: Codable, Sendable {
  /// The most bytes of one part.
  public static let most = 1 << 20

  /// The bytes, as they were printed; none at the end.
  public var bytes: Data
  /// How many bytes there are in all now.
  public var size: Int64

  /// The answer to a request for output.
  public init(bytes: Data, size: Int64) { (self.bytes, self.size) = (bytes, size) }
}
