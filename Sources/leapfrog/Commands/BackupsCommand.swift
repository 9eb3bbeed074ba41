import ArgumentParser
import LeapfrogCore

struct BackupsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backups", abstract: "List the backups of a pair and whether they are verified.",
    discussion: "EXAMPLE: leapfrog backups acme --site shop.example.com")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var place: HostOptions
  @Argument(help: "The pair.", completion: .pairs) var pair: String
  @Option(help: "Only this site.", completion: .sites) var site: String?

  func run() async throws {
    try await global.run { context in
      let members = try context.configuration.group(pair).members(
        on: place.host, with: site.map { [$0] } ?? [])
      let found = try await Gathering(context: context, members: members).ask {
        try await $1.backups().filter { site == nil || $0.site == site }
      }
      let backups = found.values.flatMap { pair, backups in
        backups.map { Hosted(value: $0, host: pair.host) }
      }
      try context.console.document(found.document(["backups": backups]))
      let rows = [Self.titles] + backups.map(row)
      context.console.table(members.count > 1 ? rows : rows.map { Array($0.dropFirst()) })
      return found.exitStatus
    }
  }

  private static let titles = [
    "HOST", "SITE", "ID", "MADE", "CODE", "STATE", "DATABASE", "FILES", "KEPT FOR",
  ]

  private func row(_ hosted: Hosted<BackupInfo>) -> [String] {
    let backup = hosted.value
    return [
      hosted.host, backup.site, backup.id, Formats.moment(backup.made), backup.ref ?? "-",
      backup.verified ? "verified" : "unusable: \(backup.fault ?? "not finished")",
      Formats.size(backup.databaseBytes),
      "\(backup.files) (\(Formats.size(backup.fileBytes)))",
      backup.neededBy ?? "",
    ]
  }
}
