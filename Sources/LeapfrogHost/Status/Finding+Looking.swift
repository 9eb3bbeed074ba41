import LeapfrogCore

extension Finding {
  /// What a look at something said, or why it is not as it should be.
  static func look(_ subject: String, _ body: () throws -> String) -> Finding {
    do { return Finding(subject: subject, good: true, message: try body()) } catch {
      return bad(subject, error)
    }
  }

  static func bad(_ subject: String, _ error: any Error) -> Finding {
    let failure = Failure(error)
    return Finding(subject: subject, good: false, message: failure.message, remedy: failure.remedy)
  }
}
