import CLibgit2
import LeapfrogCore

/// The library's global state and its error texts.
enum Libgit2 {
  /// Starts the library once; everything that calls it asks for this first.
  static let start: Void = {
    git_libgit2_init()
    _ = leapfrog_libgit2_skip_hash_verification()
    _ = leapfrog_libgit2_skip_owner_validation()
    // By default a whole pack is mapped and counts as memory of this process.
    leapfrog_libgit2_limit_windows(8 << 20, 32 << 20)
    for level in [
      GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
      GIT_CONFIG_LEVEL_GLOBAL,
    ] {
      _ = leapfrog_libgit2_clear_search_path(level)
    }
  }()

  /// Throws when a call failed; `what` is the sentence that the library's own text completes.
  static func check(_ code: Int32, _ what: @autoclosure () -> String) throws {
    guard code < 0 else { return }
    // The text is the thread's last one, so it is read before anything else calls the library.
    let text = lastError
    throw Failure.failed("\(what()): \(text)")
  }

  private static var lastError: String {
    guard let error = git_error_last(), let message = error.pointee.message else {
      return "unknown error"
    }
    return GitText.shown(String(cString: message))
  }
}

extension ObjectID {
  /// The id that the library holds.
  init(_ id: UnsafePointer<git_oid>) {
    let bytes = UnsafeRawBufferPointer(start: id, count: 20)
    // Only another count than 20 gives nil.
    self = ObjectID(raw: bytes)!
  }

  /// The id as the library holds it.
  var git: git_oid {
    var id = git_oid()
    withUnsafeMutableBytes(of: &id) { $0.copyBytes(from: bytes) }
    return id
  }
}
