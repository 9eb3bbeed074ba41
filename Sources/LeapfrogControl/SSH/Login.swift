import CLibssh2
import Foundation
import LeapfrogCore

/// What was tried to log in, for the one who is not let in.
struct LoginAttempts: Sendable {
  var tried: [String] = []
  /// Keys that the library cannot use with a server of today.
  var rsa: [String] = []
  /// Why others were not used, such as for want of a passphrase.
  var unused: [String] = []

  /// Why nobody was let in.
  func failure(_ settings: HostSettings) -> Failure {
    var parts: [String] = []
    if !tried.isEmpty { parts.append("it refused \(tried.joined(separator: ", "))") }
    if !unused.isEmpty { parts.append(unused.joined(separator: ", ")) }
    if !rsa.isEmpty {
      parts.append(
        "the RSA key \(rsa.joined(separator: ", ")) cannot be used, because libssh2 "
          + "\(LIBSSH2_VERSION) signs with it in a way (SHA-1) that OpenSSH does not take any more; "
          + "an ed25519 or ECDSA key works")
    }
    if parts.isEmpty { parts.append("there is no key, neither in an agent nor in a file") }
    let remedy =
      tried.isEmpty && unused.isEmpty
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
    _ settings: HostSettings, asking ask: (String, Bool) -> String?, until limit: Deadline
  ) throws {
    var attempts = LoginAttempts()
    try verifyTakesKeys(settings, limit)
    let files = settings.identityFiles.compactMap(PrivateKeyFile.init)
    if isLoggedIn { return }
    let agent = try loginByAgent(settings, &attempts)
    if isLoggedIn { return }
    for file in files where file.publicKey.map({ !agent.contains($0) }) ?? true {
      try tryFile(file, settings, ask, &attempts)
      if isLoggedIn { return }
    }
    throw attempts.failure(settings)
  }

  private var isLoggedIn: Bool { libssh2_userauth_authenticated(raw) != 0 }

  private func verifyTakesKeys(_ settings: HostSettings, _ limit: Deadline) throws {
    guard let methods = try methods(settings, limit) else { return }
    guard methods.split(separator: ",").contains("publickey") else {
      throw Failure.failed(
        "\(settings.name) takes no keys from \(settings.user), only "
          + "\(Printable.text(methods)); leapfrog logs in with keys",
        remedy: "ssh-copy-id \(settings.name)")
    }
  }

  /// How the account may log in; nil when it is in already.
  private func methods(_ settings: HostSettings, _ limit: Deadline) throws -> String? {
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
    _ attempts: inout LoginAttempts
  ) throws {
    guard !file.isRSA else { return attempts.rsa.append(file.path) }
    guard file.isEncrypted else {
      attempts.tried.append(file.path)
      return _ = try tryKey(file, nil, settings)
    }
    for attempt in 0..<3 {
      guard let passphrase = ask("Passphrase for \(file.path)", attempt > 0) else {
        return attempts.unused.append(
          "\(file.path) has a passphrase and there is no terminal to ask for it (ssh-add it)")
      }
      let code = try tryKey(file, passphrase, settings)
      if code == 0 { return }
      if Self.isRefusal(code) { return attempts.tried.append(file.path) }
    }
    attempts.unused.append("the passphrase for \(file.path) was wrong")
  }

  private static func isRefusal(_ code: Int32) -> Bool {
    code == LIBSSH2_ERROR_AUTHENTICATION_FAILED || code == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED
  }

  /// What was waited for before, such as a person or an agent, takes nothing from its time.
  private func tryKey(
    _ file: PrivateKeyFile, _ passphrase: String?, _ settings: HostSettings
  ) throws -> Int32 {
    // To decrypt a key takes as long as its owner wanted it to take.
    let limit = Deadline(
      seconds: passphrase == nil ? settings.connectTimeout : max(20, settings.connectTimeout))
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
    _ settings: HostSettings, _ attempts: inout LoginAttempts
  ) throws -> [HostKey] {
    guard let agent = SSHAgent(settings.identityAgent) else { return [] }
    let all: [SSHAgent.Identity]
    do { all = try agent.identities() } catch let fault as SSHAgent.Fault {
      attempts.unused.append(fault.text)
      return []
    }
    let named = settings.identityFiles.compactMap(PublicKeyFile.named)
    let wanted = all.filter { named.contains($0.key) }
    let others = settings.identitiesOnly ? [] : all.filter { !named.contains($0.key) }
    for identity in wanted + others where !isLoggedIn {
      try tryIdentity(identity, of: agent, settings, &attempts)
    }
    return all.map(\.key)
  }

  private func tryIdentity(
    _ identity: SSHAgent.Identity, of agent: SSHAgent, _ settings: HostSettings,
    _ attempts: inout LoginAttempts
  ) throws {
    let (key, shown) = (identity.key, "\(identity.comment) of the agent")
    guard key.type != "ssh-rsa" else { return attempts.rsa.append(shown) }
    guard KnownHosts.usableTypes.contains(key.type) else {
      return attempts.unused.append("libssh2 cannot use \(shown), a \(key.type) key")
    }
    let signer = AgentSigner(agent, key)
    let limit = Deadline(seconds: settings.connectTimeout)
    defer { withExtendedLifetime(signer) {} }
    let code = try finish(until: limit.later(by: signer.waited)) {
      var context = signer.context
      return libssh2_userauth_publickey(
        raw, settings.user, key.blob, key.blob.count, AgentSigner.callback, &context)
    }
    if let fault = signer.fault { return attempts.unused.append("\(shown): \(fault.text)") }
    if code != 0 { attempts.tried.append(shown) }
    if code != 0, isLoss(code) { throw refused(settings.name, code) }
  }
}
