import LeapfrogControl
import LeapfrogCore

/// Asks the same of several hosts at once; one that cannot be asked keeps no other from being shown.
struct Gathering: Sendable {
  let context: Context
  let members: [PairConfiguration]

  /// - Throws: what the only host throws, where there is one.
  func ask<Value: Sendable>(
    _ body: @escaping @Sendable (PairConfiguration, PairHost) async throws -> Value
  ) async throws -> Gathered<Value> {
    let gathered = await answers(body)
    if members.count == 1, let failure = gathered.failures.first?.failure { throw failure }
    for (pair, failure) in gathered.failures { context.on(pair.host).console.tell(failure) }
    return gathered
  }

  /// The same, without a word on those that did not answer.
  func answers<Value: Sendable>(
    _ body: @escaping @Sendable (PairConfiguration, PairHost) async throws -> Value
  ) async -> Gathered<Value> {
    let answers = await withTaskGroup(of: (Int, Result<Value, Failure>).self) { group in
      for index in members.indices { group.addTask { (index, await answer(members[index], body)) } }
      return await group.reduce(into: [Int: Result<Value, Failure>]()) { $0[$1.0] = $1.1 }
    }
    return Gathered(
      answers: members.indices.compactMap { index in
        answers[index].map { (members[index], $0) }
      })
  }

  private func answer<Value: Sendable>(
    _ pair: PairConfiguration,
    _ body: @Sendable (PairConfiguration, PairHost) async throws -> Value
  ) async -> Result<Value, Failure> {
    do {
      let host = try context.host(of: pair)
      let value = try await body(pair, host)
      await host.link.close()
      return .success(value)
    } catch {
      return .failure(Failure(error))
    }
  }
}

/// What several hosts answered, in their order.
struct Gathered<Value: Sendable>: Sendable {
  let answers: [(pair: PairConfiguration, answer: Result<Value, Failure>)]

  var values: [(pair: PairConfiguration, value: Value)] {
    answers.compactMap { pair, answer in (try? answer.get()).map { (pair, $0) } }
  }

  var failures: [(pair: PairConfiguration, failure: Failure)] {
    answers.compactMap { pair, answer in
      if case .failure(let failure) = answer { (pair, failure) } else { nil }
    }
  }

  /// Partly, where some did not answer.
  var exitStatus: Int32 {
    guard let first = failures.first else { return 0 }
    return failures.count == answers.count ? first.failure.exitStatus : 3
  }

  /// A document with those that did not answer beside what the others did.
  func document(_ body: some Encodable) -> some Encodable {
    DocumentWithErrors(
      body: body, errors: failures.reduce(into: [:]) { $0[$1.pair.host] = $1.failure })
  }
}

private struct DocumentWithErrors<Body: Encodable>: Encodable {
  let body: Body
  /// By host.
  let errors: [String: Failure]

  private enum Key: String, CodingKey { case errors }

  func encode(to encoder: any Encoder) throws {
    try body.encode(to: encoder)
    guard !errors.isEmpty else { return }
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(errors, forKey: .errors)
  }
}
