import Foundation
import Glibc

/// Why a path is out of reach for this process: the file or directory that does not let it in.
struct Denial {
  let path: String

  /// Whose it is, with which mode, and who is kept out.
  var description: String {
    let place = closed
    let who = NSUserName()
    guard let status = FileStatus(following: place) else { return "this is done by \(who)" }
    let what = place == path ? "it" : place
    return "\(what) belongs to \(Self.name(of: status.owner)), has the mode "
      + "\(String(status.mode, radix: 8)), and this is done by \(who)"
  }

  /// The first directory on the way that may not be passed, else the path itself.
  var closed: String {
    var above: [String] = []
    var next = Files.parent(of: path)
    while next != "/", next != "." {
      above.append(next)
      next = Files.parent(of: next)
    }
    return above.last { faccessat(AT_FDCWD, $0, X_OK, AT_EACCESS) != 0 } ?? path
  }

  private static func name(of user: uid_t) -> String {
    getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "user \(user)"
  }
}
