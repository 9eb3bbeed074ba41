import Glibc
import LeapfrogCore

/// Whether a pair's directory can be used, or made where it is not there yet.
struct RootLook {
  let pair: PairSpec
  let user: String

  /// The root, or what of the way to it is there.
  var nearest: String {
    var path = pair.root
    while path != "/", !Files.exists(path) { path = Files.parent(of: path) }
    return path
  }

  /// - Throws: `Failure` with the command that mends it, for an administrator.
  func message() throws -> String {
    try Pair.verifyRoot(Layout(root: pair.root), pair.name)
    let nearest = nearest
    guard access(nearest, R_OK | W_OK | X_OK) == 0 else { throw refusal(nearest, errno) }
    return nearest == pair.root
      ? "\(pair.root) is writable for \(user)" : "\(pair.root) can be made by \(user)"
  }

  private func refusal(_ nearest: String, _ code: Int32) -> Failure {
    let reason = String(cString: strerror(code))
    let remedy = code == EROFS ? nil : "install -d -o \(user) \(ShellWord.quoted(pair.root))"
    return nearest == pair.root
      ? .failed("\(pair.root) is not writable for \(user): \(reason)", remedy: remedy)
      : .failed("\(pair.root) cannot be made by \(user) in \(nearest): \(reason)", remedy: remedy)
  }
}

/// A text as one word of a shell.
enum ShellWord {
  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@%")

  static func quoted(_ text: String) -> String {
    guard text.isEmpty || !text.allSatisfy(plain.contains) else { return text }
    return "'"
      + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
      + "'"
  }
}
