import ArgumentParser
import LeapfrogControl
import LeapfrogCore

struct HostCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "host", abstract: "Add, list, check and remove hosts that are reached over SSH.",
    discussion: """
      A host is a name that ssh knows; ~/.ssh/config says how it is reached. Adding it
      makes its key known and puts leapfrog-host there, in the account's home; no root
      is needed for that.
      """, subcommands: [Add.self, List.self, Check.self, Remove.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a host known and ready.",
      discussion: """
        Shows the fingerprint of a key that is not known and asks; compare it with what
        `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` says on the host itself.

        EXAMPLES:
          leapfrog host add web1
          leapfrog host add web1 --fingerprint SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU
          leapfrog host add web1 --install-units     recover at boot, by systemd
        """)
    @OptionGroup var global: GlobalOptions
    @Argument(help: "The host, as ssh knows it.", completion: .hosts) var name: String
    @Option(help: "The fingerprint that the host's key has; nobody is asked then.")
    var fingerprint: String?
    @Flag(name: .shortAndLong, help: "Take the key that the host shows, without asking.")
    var yes = false
    @Flag(help: "Install a systemd unit for each pair, which recovers it at boot.")
    var installUnits = false

    func run() async throws {
      try await global.run(hosts: { keeping in
        let introduction = KeyIntroduction(
          console: keeping.console, fingerprint: fingerprint, yes: yes)
        let visit = try await keeping.keeper(name).add(
          confirm: introduction.confirm, installsUnits: installUnits)
        return try keeping.show(visit)
      })
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The hosts of leapfrog.yml, and those that were added.",
      discussion: "EXAMPLE: leapfrog host list")
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run(hosts: { keeping in
        let rows = try keeping.rows()
        try keeping.console.document(["hosts": rows])
        keeping.console.table([HostRow.titles] + rows.map(\.cells))
        return 0
      })
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Look whether a host has what its pairs need.",
      discussion: "EXAMPLE: leapfrog host check web1")
    @OptionGroup var global: GlobalOptions
    @Argument(help: "The host.", completion: .hosts) var name: String

    func run() async throws {
      try await global.run(hosts: { keeping in
        let visit = try await keeping.keeper(name).check()
        _ = try keeping.show(visit)
        return visit.isGood ? 0 : 1
      })
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take leapfrog-host from a host and forget it; its pairs and sites stay.",
      discussion: """
        EXAMPLES:
          leapfrog host remove web1
          leapfrog host remove web1 --forget     where it cannot be reached any more
        """)
    @OptionGroup var global: GlobalOptions
    @Argument(help: "The host.", completion: .hosts) var name: String
    @Flag(help: "Only forget it, and leave what is there.") var forget = false

    func run() async throws {
      try await global.run(hosts: { keeping in
        let record = keeping.record(of: name)
        try await keeping.keeper(name).remove(contacts: !forget)
        try keeping.console.document(["removed": name])
        keeping.console.line(
          "\(name) is forgotten\(forget ? "" : ", and leapfrog-host is not there any more")")
        for pair in record?.units ?? [] {
          keeping.console.line(
            "next: ssh \(name) systemctl disable leapfrog-recover-\(pair).service")
        }
        return 0
      })
    }
  }
}

/// Decides about a host's key that is not known.
private struct KeyIntroduction: Sendable {
  let console: Console
  let fingerprint: String?
  let yes: Bool

  func confirm(_ name: String, _ type: String, _ shown: String) throws -> Bool {
    if let fingerprint {
      guard fingerprint == shown else {
        throw Failure.refused("\(name) shows the \(type) key \(shown), not \(fingerprint)")
      }
      return true
    }
    if console.canAsk || yes { console.line("\(name) shows the \(type) key \(shown)") }
    if yes { return true }
    guard console.canAsk else {
      throw Failure.refused(
        "\(name) is not a known host, and there is no terminal to ask whether \(shown) is its "
          + "\(type) key", remedy: "leapfrog host add \(name) --fingerprint \(shown)")
    }
    return console.confirms("Is that its key?")
  }
}
