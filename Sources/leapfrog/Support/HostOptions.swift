import ArgumentParser
import LeapfrogControl
import LeapfrogCore

/// On which of a pair's hosts.
struct HostOptions: ParsableArguments {
  @Option(
    help: "Only on this host, where the pair is on several; may be given several times.",
    completion: .hosts)
  var host: [String] = []

  /// The pair on each host that was asked for.
  func members(of pair: String, _ context: Context) throws -> [PairConfiguration] {
    try context.configuration.group(pair).members(on: host, with: [])
  }

  /// The pairs that were asked for, all where none was, each on each host that was asked for.
  func members(of pair: String?, _ context: Context) throws -> [PairConfiguration] {
    if let pair { return try members(of: pair, context) }
    let known = context.configuration.hosts
    if let none = host.first(where: { !known.contains($0) }) {
      throw Failure.usage("no pair is on '\(none)'; hosts: \(known.joined(separator: ", "))")
    }
    return context.configuration.pairs.filter { host.isEmpty || host.contains($0.host) }
  }
}
