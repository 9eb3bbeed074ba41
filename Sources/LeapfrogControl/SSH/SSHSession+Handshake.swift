import CLibssh2
import LeapfrogCore

extension SSHSession {
  /// Exchanges keys and gives the server's.
  ///
  /// - Parameter types: of the host key, the preferred first.
  func shakeHands(preferring types: [String], until limit: Deadline) throws -> HostKey {
    let preferences = [
      LIBSSH2_METHOD_HOSTKEY: types.joined(separator: ","),
      // By far the quickest first.
      LIBSSH2_METHOD_KEX: "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
        + "ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,"
        + "diffie-hellman-group16-sha512,diffie-hellman-group14-sha256",
      LIBSSH2_METHOD_CRYPT_CS: Self.ciphers, LIBSSH2_METHOD_CRYPT_SC: Self.ciphers,
      LIBSSH2_METHOD_MAC_CS: Self.macs, LIBSSH2_METHOD_MAC_SC: Self.macs,
    ]
    for (method, value) in preferences { libssh2_session_method_pref(raw, method, value) }
    let code = try finish(until: limit) { libssh2_session_handshake(raw, socket.number) }
    guard code == 0 else { throw shakingFailed(code) }
    libssh2_keepalive_config(raw, 1, 1)
    var (length, type) = (0, Int32(0))
    guard let bytes = libssh2_session_hostkey(raw, &length, &type) else {
      throw LinkLost("\(name) shows no host key")
    }
    let key = HostKey(Array(UnsafeRawBufferPointer(start: bytes, count: length)))
    hostKey = key
    return key
  }

  private static let ciphers = "aes128-ctr,aes256-ctr,aes192-ctr"
  private static let macs = "hmac-sha2-256,hmac-sha2-512"

  private func shakingFailed(_ code: Int32) -> any Error {
    let text = Libssh2.lastError(raw)
    guard code == LIBSSH2_ERROR_KEX_FAILURE || code == LIBSSH2_ERROR_METHOD_NONE else {
      return LinkLost("\(name) does not speak SSH: \(text)", remedy: "ssh -v \(name)")
    }
    return Failure.refused(
      "\(name) and libssh2 \(LIBSSH2_VERSION) have no host key type or cipher in common (\(text)); "
        + "it needs an ed25519 or ECDSA host key, and aes-ctr", remedy: "ssh -v \(name)")
  }
}
