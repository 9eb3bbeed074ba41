/// The executable of `leapfrog-host`, to start this program again in another of its modes.
enum OwnExecutable {
  /// This process's own, whatever has its name by now. A program that only has this library in it, as
  /// tests are, has it beside itself.
  static let path: String = {
    let own = Files.target(ofLink: "/proc/self/exe") ?? ""
    return own.hasSuffix(".xctest")
      ? "\(Files.parent(of: own))/leapfrog-host" : "/proc/self/exe"
  }()
}
