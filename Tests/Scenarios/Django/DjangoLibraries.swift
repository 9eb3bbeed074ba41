import Foundation
import Testing

/// Django, gunicorn and the driver of PostgreSQL, installed once for all the platforms of a test's
/// process, which each have a virtual environment of their own that finds them.
struct DjangoLibraries {
  private let directory: URL

  static func shared() throws -> DjangoLibraries { try common.get() }

  /// What makes a platform ready; for `build`.
  var build: String {
    "/usr/bin/python3 -m venv --without-pip venv && for d in venv/lib/python3*/site-packages; "
      + "do echo \(directory.path) > $d/shared.pth; done"
  }

  private static let url = URL(fileURLWithPath: "/tmp").appendingPathComponent(
    "leapfrog-django-\(UUID().uuidString)")

  private static let common = Result {
    atexit { try? FileManager.default.removeItem(at: DjangoLibraries.url) }
    let libraries = ["Django==5.2.*", "gunicorn==23.*", "psycopg[binary]==3.*"]
    let made = try Shell.run(
      "/usr/bin/python3", ["-m", "pip", "install", "-q", "--target", url.path] + libraries,
      in: URL(fileURLWithPath: "/tmp"))
    guard made.status == 0 else { throw KitError(made.text) }
    return DjangoLibraries(directory: url)
  }
}
