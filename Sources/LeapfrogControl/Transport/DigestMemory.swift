import Glibc

/// Remembers the digest of a file for as long as the file is the same to the kernel: its change time cannot
/// be set by anybody. A digest that were wrong all the same would be found by the host.
struct DigestMemory: Sendable {
  private let path: String
  private let place: String

  /// - Parameter state: the controller's directory.
  init(state: String, of path: String) {
    (self.path, place) = (path, "\(state)/leapfrog-host.digest")
  }

  /// The digest; nil where it is not remembered.
  var digest: String? {
    guard let identity, let text = Posix.read(place) else { return nil }
    let lines = text.split(separator: "\n").map(String.init)
    return lines.count == 2 && lines[0] == identity ? lines[1] : nil
  }

  /// Keeps a digest where that is possible.
  ///
  /// - Parameter state: what the file was like that it was taken of; meanwhile another may be in its place.
  func keep(_ digest: String, of state: String?) {
    guard let identity, identity == state, let slash = place.lastIndex(of: "/") else { return }
    try? Posix.makeDirectory(String(place[..<slash]))
    try? Posix.write("\(identity)\n\(digest)\n", to: place)
  }

  /// What an open file is like; nil where that cannot be told.
  func state(of descriptor: Int32) -> String? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? identity(status) : nil
  }

  /// What tells one state of the file from every other.
  private var identity: String? {
    var status = stat()
    return stat(path, &status) == 0 ? identity(status) : nil
  }

  private func identity(_ status: stat) -> String {
    let times = [status.st_mtim, status.st_ctim].map { "\($0.tv_sec).\($0.tv_nsec)" }
    return "\(path) \(status.st_dev) \(status.st_ino) \(status.st_size) \(times[0]) \(times[1])"
  }
}
