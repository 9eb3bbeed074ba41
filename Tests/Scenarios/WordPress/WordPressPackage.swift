import Foundation

/// The files of Debian's package `wordpress`: where it is installed, or fetched once into the user's
/// cache.
enum WordPressPackage {
  /// The directory with `wp-load.php`.
  static func files() throws -> URL { try found.get() }

  private static let found = Result {
    for place in [installed, fetched] where isThere(place) { return place }
    try fetch()
    guard isThere(fetched) else { throw KitError("the package wordpress has no wp-load.php") }
    return fetched
  }

  private static let installed = URL(fileURLWithPath: "/usr/share/wordpress")

  private static var cache: URL {
    FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask)[0]
      .appendingPathComponent("leapfrog-tests/wordpress")
  }

  private static var fetched: URL { cache.appendingPathComponent("usr/share/wordpress") }

  private static func isThere(_ place: URL) -> Bool {
    FileManager.default.fileExists(atPath: place.appendingPathComponent("wp-load.php").path)
  }

  private static func fetch() throws {
    try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
    let fetched = try Shell.run(
      "/bin/sh",
      ["-c", "apt-get download -q wordpress && dpkg-deb -x wordpress_*.deb . && rm *.deb"],
      in: cache)
    guard fetched.status == 0 else { throw KitError(fetched.text) }
  }
}
