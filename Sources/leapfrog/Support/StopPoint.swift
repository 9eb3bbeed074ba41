import Glibc

/// A named place of a release where a test can stop the controller, as a laptop that sleeps stops it. Set by
/// `LEAPFROG_STOP=NAME`, which only tests do; the controller goes on at SIGCONT.
enum StopPoint {
  private static let name = getenv("LEAPFROG_STOP").map { String(cString: $0) }

  /// Stops here once where the environment names the place.
  ///
  /// - Parameter host: the host whose turn it is, which is part of the name.
  static func pass(_ place: String, _ host: String? = nil) {
    guard let name, name == place + (host.map { ".\($0)" } ?? "") else { return }
    // To this thread, so that the process is stopped before it goes on; a signal to the process can come later.
    raise(SIGSTOP)
  }
}
