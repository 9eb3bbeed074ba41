import LeapfrogCore

/// Makes a connection to a host: through the hosts on the way, with the host's key proven, logged in.
struct SSHDialer: Sendable {
  /// The name as ssh knows it.
  let name: String
  /// Asks for the passphrase of a key file, once more where it was wrong; nil where nobody can be asked.
  var ask: @Sendable (_ question: String, _ isRetry: Bool) -> String? = Passphrase.ask

  /// What is done with a key that is not known.
  typealias Introduction = @Sendable (HostKey, HostSettings) throws -> Bool

  /// Connects.
  ///
  /// - Parameter introduce: asked about a key that is not known; says whether to go on. None goes on by
  ///   itself.
  /// - Throws: `LinkLost` for what may pass, `Failure` for the rest.
  func connect(introduce: Introduction? = nil) async throws -> SSHSession {
    try await connect(try await OpenSSH.settings(of: name), introduce: introduce)
  }

  func connect(_ settings: HostSettings, introduce: Introduction?) async throws -> SSHSession {
    try await connect(settings, through: try await JumpWay.to(settings), introduce: introduce)
  }

  /// Connects through hosts on the way.
  func connect(
    _ settings: HostSettings, through way: [HostSettings], introduce: Introduction?
  ) async throws -> SSHSession {
    var before: SSHSession?
    for next in way { before = try await enter(next, from: before, introduce: nil) }
    return try await enter(settings, from: before, introduce: introduce)
  }

  private func enter(
    _ settings: HostSettings, from before: SSHSession?, introduce: Introduction?
  ) async throws -> SSHSession {
    async let known = KnownHosts.load(settings)
    let session = try await opened(settings, from: before)
    do {
      let known = try await known
      let key = try await session.shakeHands(
        preferring: known.preferredTypes, until: limit(settings))
      try await RevokedKeys.verify(key, settings)
      try verify(key, known, settings, introduce)
      let ask = ask
      // What a person took to answer takes nothing from it.
      try await session.logIn(settings, asking: ask, until: limit(settings))
      return session
    } catch {
      await session.close()
      throw error
    }
  }

  private func limit(_ settings: HostSettings) -> Deadline {
    Deadline(seconds: settings.connectTimeout)
  }

  /// - Throws: nothing before the connections on the way are ended.
  private func opened(
    _ settings: HostSettings, from before: SSHSession?
  ) async throws -> SSHSession {
    do { return try await open(settings, from: before) } catch {
      await before?.close()
      throw error
    }
  }

  private func open(
    _ settings: HostSettings, from before: SSHSession?
  ) async throws -> SSHSession {
    guard let before else {
      let (address, port, family) = (settings.address, settings.port, settings.family)
      let (name, seconds) = (settings.name, settings.connectTimeout)
      let socket = try await Blocking.run {
        try Dialing.connect(address, port: port, family: family, host: name, seconds: seconds)
      }
      return try SSHSession(name: settings.name, socket: socket, tunnel: nil)
    }
    let channel = try await before.reach(
      settings.address, port: settings.port, of: settings.name,
      until: limit(settings))
    let (tunnel, socket) = try Tunnel.dig(SSHChannel(session: before, id: channel))
    return try SSHSession(name: settings.name, socket: socket, tunnel: tunnel)
  }

  private func verify(
    _ key: HostKey, _ known: KnownHosts, _ settings: HostSettings, _ introduce: Introduction?
  ) throws {
    switch known.verdict(of: key) {
    case .known: return
    case .changed: throw HostKeyRefusal(key, known, settings).changed
    case .revoked: throw HostKeyRefusal(key, known, settings).revoked
    case .unknown:
      guard try introduce?(key, settings) == true else {
        throw HostKeyRefusal(key, known, settings).unknown
      }
    }
  }
}

/// Why a host's key is not taken.
private struct HostKeyRefusal {
  let key: HostKey
  let known: KnownHosts
  let settings: HostSettings

  init(_ key: HostKey, _ known: KnownHosts, _ settings: HostSettings) {
    (self.key, self.known, self.settings) = (key, known, settings)
  }

  private var shown: String { named(key) }

  private func named(_ key: HostKey) -> String { "\(key.shownType) key \(key.fingerprint)" }

  var changed: Failure {
    let old = known.expected(instead: key)
    return .refused(
      "the host key of \(settings.name) has changed: it shows the \(shown), known is "
        + "\(old.map { "the \(named($0))" } ?? "another"); "
        + "somebody may be listening in, or the host was made anew. If you know that it was, remove the old key",
      remedy: "ssh-keygen -R \(place(of: old)) && leapfrog host add \(settings.name)")
  }

  var revoked: Failure {
    .refused(
      "the host key of \(settings.name) is revoked in \(known.files[key] ?? "known_hosts"): \(shown); "
        + "do not trust this host",
      remedy: "ssh-keygen -F \(place(of: key))")
  }

  /// The host's name, and the file unless it is the one that ssh-keygen takes by itself.
  private func place(of key: HostKey?) -> String {
    let name = "'\(settings.knownName)'"
    guard let file = key.flatMap({ known.files[$0] }), file != "\(OpenSSH.home)/.ssh/known_hosts"
    else { return name }
    return "\(name) -f '\(file)'"
  }

  var unknown: Failure {
    let why =
      known.unusable.map {
        "known_hosts has only its \($0.shownType) key, which libssh2 cannot prove; it shows the \(shown)"
      } ?? "it shows the \(shown), which is not in known_hosts"
    return .refused(
      "\(settings.name) is not a known host: \(why)", remedy: "leapfrog host add \(settings.name)")
  }
}
