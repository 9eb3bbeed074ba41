import Glibc
import LeapfrogCore

extension Configuration {
  /// Finds the file: the explicit path, else `LEAPFROG_CONFIG`, else `leapfrog.yml` in the working
  /// directory, else `~/.config/leapfrog/leapfrog.yml`, else `/etc/leapfrog/leapfrog.yml`.
  ///
  /// - Throws: `Failure` of kind `usage` with the places where none is.
  public static func locate(
    explicit: String?, environment: [String: String]
  ) throws -> String {
    try locate(explicit: explicit, environment: environment, from: ".", system: "/etc")
  }

  static func locate(
    explicit: String?, environment: [String: String], from directory: String, system: String
  ) throws -> String {
    if let explicit { return explicit }
    if let path = environment["LEAPFROG_CONFIG"], !path.isEmpty { return path }
    let home = environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.config" }
    let places =
      ["\(directory)/leapfrog.yml"]
      + [home, system].compactMap(\.self).map { "\($0)/leapfrog/leapfrog.yml" }
    if let found = places.first(where: Posix.exists) { return found }
    throw Failure.usage(
      "there is no configuration: none of \(places.joined(separator: ", ")) exists; write one,"
        + " or name it with --config")
  }
}
