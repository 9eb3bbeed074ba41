import CLibssh2
import Foundation
import LeapfrogCore

/// What was tried to log in, for the one who is not let in.
struct LoginAttempts: Sendable {
  var tried: [String] = []
  /// Keys that the library cannot use with a server of today.
  var rsa: [String] = []
  /// Keys whose passphrase nobody could be asked for, or was wrong.
  var locked: [String] = []

  /// Why nobody was let in.
  func failure(_ settings: HostSettings) -> Failure {
    var parts: [String] = []
    if !tried.isEmpty { parts.append("it refused \(tried.joined(separator: ", "))") }
    if !locked.isEmpty { parts.append(locked.joined(separator: ", ")) }
    if !rsa.isEmpty {
      parts.append(
        "the RSA key \(rsa.joined(separator: ", ")) cannot be used, because libssh2 "
          + "\(LIBSSH2_VERSION) signs with it in a way (SHA-1) that OpenSSH does not take any more; "
          + "an ed25519 or ECDSA key works")
    }
    if parts.isEmpty { parts.append("there is no key, neither in an agent nor in a file") }
    let remedy =
      tried.isEmpty && locked.isEmpty
      ? "ssh-keygen -t ed25519 && ssh-copy-id \(settings.name)" : "ssh -v \(settings.name)"
    return .failed(
      "\(settings.name) does not let \(settings.user) in: \(parts.joined(separator: "; "))",
      remedy: remedy)
  }
}

extension SSHSession {
  /// Logs in with the keys of the agent, then with those in files.
  ///
  /// - Parameter ask: asks for the passphrase of a file; nil where nobody can be asked.
  /// - Throws: `Failure` that says what was tried.
  func logIn(
    _ settings: HostSettings, asking ask: (String, Bool) -> String?, until limit: TimeLimit
  ) throws {
    var attempts = LoginAttempts()
    try verifyTakesKeys(settings, limit)
    let files = settings.identityFiles.compactMap(PrivateKeyFile.init)
    if isLoggedIn { return }
    let agent = try loginByAgent(settings, &attempts, limit)
    if isLoggedIn { return }
    for file in files where file.publicKey.map({ !agent.contains($0) }) ?? true {
      try tryFile(file, settings, ask, &attempts, limit)
      if isLoggedIn { return }
    }
    throw attempts.failure(settings)
  }

  private var isLoggedIn: Bool { libssh2_userauth_authenticated(raw) != 0 }

  private func verifyTakesKeys(_ settings: HostSettings, _ limit: TimeLimit) throws {
    guard let methods = try methods(settings, limit) else { return }
    guard methods.split(separator: ",").contains("publickey") else {
      throw Failure.failed(
        "\(settings.name) takes no keys from \(settings.user), only "
          + "\(Printable.text(methods)); leapfrog logs in with keys",
        remedy: "ssh-copy-id \(settings.name)")
    }
  }

  /// How the account may log in; nil when it is in already.
  private func methods(_ settings: HostSettings, _ limit: TimeLimit) throws -> String? {
    while true {
      let list = libssh2_userauth_list(raw, settings.user, UInt32(settings.user.utf8.count))
      if let list { return String(cString: list) }
      if isLoggedIn { return nil }
      let code = libssh2_session_last_errno(raw)
      guard code == LIBSSH2_ERROR_EAGAIN else {
        throw refused("\(settings.name) does not let \(settings.user) in", code)
      }
      try block(until: limit)
    }
  }

  // MARK: Files

  private func tryFile(
    _ file: PrivateKeyFile, _ settings: HostSettings, _ ask: (String, Bool) -> String?,
    _ attempts: inout LoginAttempts, _ limit: TimeLimit
  ) throws {
    guard !file.isRSA else { return attempts.rsa.append(file.path) }
    guard file.isEncrypted else {
      attempts.tried.append(file.path)
      return _ = try tryKey(file, nil, settings, limit)
    }
    for attempt in 0..<3 {
      guard let passphrase = ask("Passphrase for \(file.path)", attempt > 0) else {
        return attempts.locked.append(
          "\(file.path) has a passphrase and there is no terminal to ask for it (ssh-add it)")
      }
      let code = try tryKey(file, passphrase, settings, TimeLimit(seconds: 20))
      if code == 0 { return }
      if Self.isRefusal(code) { return attempts.tried.append(file.path) }
    }
    attempts.locked.append("the passphrase for \(file.path) was wrong")
  }

  private static func isRefusal(_ code: Int32) -> Bool {
    code == LIBSSH2_ERROR_AUTHENTICATION_FAILED || code == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED
  }

  private func tryKey(
    _ file: PrivateKeyFile, _ passphrase: String?, _ settings: HostSettings, _ limit: TimeLimit
  ) throws -> Int32 {
    let code = try finish(until: limit) {
      libssh2_userauth_publickey_fromfile_ex(
        raw, settings.user, UInt32(settings.user.utf8.count), nil, file.path, passphrase)
    }
    if isLoss(code) { throw refused(settings.name, code) }
    return code
  }

  // MARK: The agent

  /// Tries the agent's keys, those that a file names first; gives all that it has.
  private func loginByAgent(
    _ settings: HostSettings, _ attempts: inout LoginAttempts, _ limit: TimeLimit
  ) throws -> [HostKey] {
    guard let agent = try Agent(raw, path: settings.identityAgent) else { return [] }
    let named = settings.identityFiles.compactMap(PublicKeyFile.named)
    let all = agent.identities
    let wanted = all.filter { named.contains($0.key) }
    let others = settings.identitiesOnly ? [] : all.filter { !named.contains($0.key) }
    for identity in wanted + others {
      guard identity.key.type != "ssh-rsa" else {
        attempts.rsa.append("\(identity.comment) of the agent")
        continue
      }
      attempts.tried.append("\(identity.comment) of the agent")
      let code = try finish(until: limit) {
        libssh2_agent_userauth(agent.raw, settings.user, identity.pointer)
      }
      if code == 0 { break }
      if isLoss(code) { throw refused(settings.name, code) }
    }
    return all.map(\.key)
  }
}

/// A connection to ssh-agent.
private struct Agent: ~Copyable {
  struct Identity {
    let pointer: UnsafeMutablePointer<libssh2_agent_publickey>
    let key: HostKey
    let comment: String
  }

  let raw: OpaquePointer
  let identities: [Identity]

  /// - Parameter path: its socket; nil for that of the environment, `none` for no agent.
  /// - Returns: nil when there is none.
  init?(_ session: OpaquePointer, path: String?) throws {
    let socket = path ?? ProcessInfo.processInfo.environment["SSH_AUTH_SOCK"]
    guard let socket, !socket.isEmpty, socket != "none", let raw = libssh2_agent_init(session)
    else { return nil }
    libssh2_agent_set_identity_path(raw, socket)
    guard libssh2_agent_connect(raw) == 0, libssh2_agent_list_identities(raw) == 0 else {
      libssh2_agent_free(raw)
      return nil
    }
    self.raw = raw
    identities = Self.list(raw)
  }

  deinit {
    libssh2_agent_disconnect(raw)
    libssh2_agent_free(raw)
  }

  private static func list(_ raw: OpaquePointer) -> [Identity] {
    var (all, last) = ([Identity](), UnsafeMutablePointer<libssh2_agent_publickey>?.none)
    var next: UnsafeMutablePointer<libssh2_agent_publickey>?
    while libssh2_agent_get_identity(raw, &next, last) == 0, let found = next {
      let blob = UnsafeBufferPointer(start: found.pointee.blob, count: found.pointee.blob_len)
      let comment = found.pointee.comment.map { Printable.text(String(cString: $0)) } ?? "a key"
      all.append(Identity(pointer: found, key: HostKey(Array(blob)), comment: comment))
      last = found
    }
    return all
  }
}
