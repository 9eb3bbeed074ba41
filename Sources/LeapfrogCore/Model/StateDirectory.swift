/// Where an account keeps what leapfrog knows beside the pairs: a controller its mirrors and hosts, a
/// host which site a database belongs to.
public enum StateDirectory {
  /// The directory's path.
  ///
  /// - Parameters:
  ///   - environment: the account's, where `LEAPFROG_STATE` and `XDG_STATE_HOME` count.
  ///   - home: the account's home.
  public static func path(environment: [String: String], isRoot: Bool, home: String) -> String {
    if let path = environment["LEAPFROG_STATE"], !path.isEmpty { return path }
    if let path = environment["XDG_STATE_HOME"], !path.isEmpty { return "\(path)/leapfrog" }
    return isRoot ? "/var/lib/leapfrog" : "\(home)/.local/state/leapfrog"
  }
}
