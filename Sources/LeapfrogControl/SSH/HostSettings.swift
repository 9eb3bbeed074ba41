import Foundation
import LeapfrogCore

/// How a host is reached, in OpenSSH's own reading of its configuration (`ssh -G`).
struct HostSettings: Sendable {
  /// The name as the user gave it.
  var name: String
  var address = ""
  var port = 22
  var user = ""
  var family = "any"
  /// Seconds for the connection to be made.
  var connectTimeout = 10.0
  var identityFiles: [String] = []
  var identitiesOnly = false
  /// The agent's socket; nil for the one of the environment, `none` for no agent.
  var identityAgent: String?
  var knownHostsFiles: [String] = []
  /// The file where `ssh` would write a new key.
  var userKnownHostsFile: String?
  /// The list of keys that no host may have, which has to be readable where it is named.
  var revokedKeysFile: String?
  var hashesKnownHosts = false
  var keyAlias: String?
  /// The hosts to go through, in order, as `ProxyJump` names them.
  var jumps: [String] = []
  var proxyCommand: String?
  /// Patterns of the variables to pass on.
  var sendEnvironment: [String] = []

  /// The name that the host has in a file of known hosts.
  var knownName: String {
    let name = keyAlias ?? address
    return port == 22 || keyAlias != nil ? name : "[\(name)]:\(port)"
  }

  /// Reads what `ssh -G` printed.
  init(name: String, printed: String, home: String) {
    self.name = name
    for line in printed.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { continue }
      take(parts[0], parts[1], home)
    }
    let tokens = HostTokens(of: self, home: home)
    identityFiles = identityFiles.map(tokens.filled)
    identityAgent = identityAgent.map(tokens.agent)
    revokedKeysFile = revokedKeysFile.map(tokens.filled)
  }

  private mutating func take(_ key: String, _ value: String, _ home: String) {
    switch key {
    case "hostname": address = value
    case "port": port = Int(value) ?? 22
    case "user": user = value
    case "addressfamily": family = value
    case "connecttimeout":
      // 0 is ssh's word for the system's own patience.
      if let seconds = Double(value), seconds > 0 { connectTimeout = seconds }
    case "hostkeyalias": keyAlias = value
    case "proxycommand" where value != "none": proxyCommand = value
    case "proxyjump" where value != "none":
      jumps = value.split(separator: ",").map(String.init)
    case "sendenv": sendEnvironment += value.split(separator: " ").map(String.init)
    default: takeKeys(key, value, home)
    }
  }

  private mutating func takeKeys(_ key: String, _ value: String, _ home: String) {
    switch key {
    case "identityfile": identityFiles.append(Self.expanded(value, home))
    case "identitiesonly": identitiesOnly = value == "yes"
    case "identityagent" where value != "SSH_AUTH_SOCK":
      identityAgent = Self.expanded(value, home)
    case "revokedhostkeys" where value != "none":
      revokedKeysFile = Self.expanded(value, home)
    case "hashknownhosts": hashesKnownHosts = value == "yes"
    case "userknownhostsfile":
      let files = value.split(separator: " ").map { Self.expanded(String($0), home) }
      userKnownHostsFile = files.first { $0 != "none" }
      knownHostsFiles = files + knownHostsFiles
    case "globalknownhostsfile":
      knownHostsFiles += value.split(separator: " ").map { Self.expanded(String($0), home) }
    default: break
    }
  }

  private static func expanded(_ path: String, _ home: String) -> String {
    path.hasPrefix("~/") ? home + path.dropFirst() : path
  }
}
