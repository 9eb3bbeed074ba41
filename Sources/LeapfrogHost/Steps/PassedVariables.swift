import LeapfrogCore

/// Which variables of leapfrog-host's own environment the commands of an app get: a short list, and what
/// the configuration names. All others stay with leapfrog, because they can be secrets that the app has no
/// business with: of backups, of other sites, of whoever is logged in.
struct PassedVariables {
  /// nil in what a leapfrog from before this list has decided, and what goes on as it was begun: all are
  /// passed on but those that are never an app's.
  private let listed: Set<String>?
  /// The passwords of databases of other sites; nothing passes them on.
  private let foreign: Set<String>

  /// - Parameter site: nil for the build, which belongs to no site.
  init(_ spec: PairSpec, site name: String?) {
    let site = name.flatMap(spec.site)
    listed = spec.environment.map { Set($0 + (site?.environment ?? [])) }
    foreign = Set(spec.sites.filter { $0.name != name }.compactMap(\.passwordVariable))
      .subtracting([site?.passwordVariable].compactMap { $0 })
  }

  /// Whether commands get it.
  func contains(_ name: String) -> Bool {
    guard !name.hasPrefix("LEAPFROG_"), !foreign.contains(name) else { return false }
    guard let listed else { return !Self.never.contains(where: name.hasPrefix) }
    return Self.usual.contains(name) || name.hasPrefix("LC_") || listed.contains(name)
  }

  /// Whether commands got it at the time of that configuration.
  private func contained(_ name: String) -> Bool {
    guard listed == nil else { return contains(name) }
    return !name.hasPrefix("LEAPFROG_") && !foreign.contains(name)
  }

  /// What commands got by the rules of `before`, or by those of the time before the list, and do not get
  /// now; without what shells and sessions set for themselves. Sorted.
  func dropped(
    since before: PassedVariables? = nil, of names: some Sequence<String> = Environment.own().keys
  ) -> [String] {
    names.filter { name in
      !contains(name) && !Self.isNoise(name) && before?.contained(name) != false
        && !name.hasPrefix("LEAPFROG_") && !foreign.contains(name)
    }.sorted()
  }

  private static let usual: Set<String> = ["PATH", "HOME", "LANG", "TZ", "USER", "LOGNAME"]

  /// Logins of backups, clouds, databases and people.
  private static let never = ["RESTIC_", "AWS_", "PG", "MYSQL", "SSH_AUTH_SOCK"]

  // MARK: What no app needs

  private static func isNoise(_ name: String) -> Bool {
    noise.contains(name) || noisePrefixes.contains(where: name.hasPrefix)
  }

  private static let noise: Set<String> = [
    "_", "PWD", "OLDPWD", "SHLVL", "SHELL", "TERM", "COLORTERM", "NO_COLOR", "COLUMNS", "LINES",
    "LS_COLORS", "LANGUAGE", "HOSTNAME", "HOSTTYPE", "MACHTYPE", "OSTYPE", "MAIL", "MOTD_SHOWN",
    "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "WINDOWID", "EDITOR",
    "VISUAL", "PAGER", "LESS", "LESSOPEN", "LESSCLOSE", "TMUX", "TMUX_PANE", "STY", "WINDOW",
    "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "DEBUGINFOD_URLS", "DEBIAN_FRONTEND",
    "INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "MANAGERPID", "NOTIFY_SOCKET",
  ]

  private static let noisePrefixes = [
    "XDG_", "SUDO_", "HIST", "PS", "BASH_", "TERM_", "VTE_", "GNOME_", "KDE_", "GTK_", "QT_",
    "LISTEN_", "MEMORY_PRESSURE_",
  ]
}
