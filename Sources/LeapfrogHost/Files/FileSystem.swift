import Glibc
import LeapfrogCore

/// A mounted file system as a whole.
enum FileSystem {
  private typealias SyncFunction = @convention(c) (Int32) -> Int32

  /// Makes everything last that was written to the file system that holds the path: one wait for
  /// thousands of files.
  static func sync(holding path: String) throws {
    let directory = try TrustedPath.open(path)
    let number = directory.number
    guard let syncfs else { return Glibc.sync() }
    try system("sync the file system of", path) { syncfs(number) }
  }

  // Looked up by name: the headers show it only to programs that ask for GNU extensions.
  private static let syncfs: SyncFunction? = dlsym(dlopen(nil, RTLD_NOW), "syncfs").map {
    unsafeBitCast($0, to: SyncFunction.self)
  }
}
