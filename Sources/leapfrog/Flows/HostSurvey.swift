import LeapfrogControl
import LeapfrogCore

/// Asks all hosts at once how their pairs stand, each over one link, none for longer than a while.
struct HostSurvey: Sendable {
  let context: Context
  let seconds: Double

  typealias Entry = StatusDocument.Entry

  /// An entry for each pair, in their order; a host that cannot be asked keeps no other from being shown.
  func entries(_ pairs: [PairConfiguration]) async -> [Entry] {
    let hosts = pairs.reduce(into: [String: [PairConfiguration]]()) {
      $0[$1.host, default: []].append($1)
    }
    let found = await withTaskGroup(of: [String: Entry].self) { group in
      for (host, pairs) in hosts { group.addTask { await ask(host, pairs) } }
      return await group.reduce(into: [String: Entry]()) { $0.merge($1) { first, _ in first } }
    }
    return pairs.compactMap { found[Self.key($0)] }
  }

  private func ask(_ host: String, _ pairs: [PairConfiguration]) async -> [String: Entry] {
    do {
      return try await Waiting.within(
        seconds,
        late: .failed("\(host) does not answer within \(Int(seconds)) s", remedy: "ssh \(host)")
      ) {
        let link = try context.link(to: host, patience: .zero)
        var entries: [String: Entry] = [:]
        for pair in pairs { entries[Self.key(pair)] = await entry(pair, link) }
        await link.close()
        return entries
      }
    } catch {
      return pairs.reduce(into: [:]) { $0[Self.key($1)] = Self.entry($1, Failure(error)) }
    }
  }

  private func entry(_ pair: PairConfiguration, _ link: HostLink) async -> Entry {
    do {
      let status = try await context.host(of: pair, link: link).status()
      let notes = context.readiness(pair, status).notes
      return Entry(host: pair.host, status: status, notes: notes)
    } catch {
      return Self.entry(pair, Failure(error))
    }
  }

  private static func entry(_ pair: PairConfiguration, _ failure: Failure) -> Entry {
    let empty = PairStatus(
      name: pair.spec.name, root: pair.spec.root,
      platforms: ["blue": PlatformStatus(), "green": PlatformStatus()], sites: [], release: nil)
    return Entry(host: pair.host, status: empty, error: failure)
  }

  private static func key(_ pair: PairConfiguration) -> String { "\(pair.host) \(pair.spec.name)" }
}
