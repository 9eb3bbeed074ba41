import CPosix
import Glibc
import LeapfrogCore

/// A terminal that a command has for itself, and what stands between it and ours: bytes alone.
struct PseudoTerminal: ~Copyable {
  /// Our end; never waits.
  let control: Descriptor
  /// The command's end. We keep it open, so that a command which has closed it for a while is not gone.
  let end: Descriptor
  /// What was typed and is not taken yet.
  private(set) var typed: [UInt8] = []

  /// Makes one with the modes and the size of the caller's.
  ///
  /// - Parameter user: whose it is; nil for ourselves.
  init(like caller: CallerTerminal, for user: JobUser?) throws {
    let control = try Self.openControl()
    let path = try Self.path(of: control.number)
    let end = try Descriptor(opening: path, O_RDWR | O_NOCTTY)
    try Self.give(end.number, to: user, path)
    try Self.setModes(of: end.number, like: caller, path)
    self.init(control: control, end: end)
    resize(caller.size)
  }

  private init(control: consuming Descriptor, end: consuming Descriptor) {
    self.control = control
    self.end = end
  }

  private static func openControl() throws -> Descriptor {
    let what = "a terminal for the command"
    let flags = O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK
    let control = Descriptor(adopting: try system("make", what) { posix_openpt(flags) })
    let number = control.number
    try system("make", what) { grantpt(number) }
    try system("make", what) { unlockpt(number) }
    return control
  }

  private static func path(of control: Int32) throws -> String {
    var name = [CChar](repeating: 0, count: 64)
    guard ptsname_r(control, &name, name.count) == 0 else {
      throw Failure.system("find", "the terminal of the command")
    }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func give(_ end: Int32, to user: JobUser?, _ path: String) throws {
    if let user { try system("give away", path) { fchown(end, user.uid, gid_t.max) } }
    try system("set the mode of", path) { fchmod(end, 0o600) }
  }

  private static func setModes(of end: Int32, like caller: CallerTerminal, _ path: String) throws {
    var modes = caller.modes
    // Where keys do not pass as they are, the caller's terminal shows and shapes what it is given.
    if !caller.passesKeys {
      modes.c_lflag &= ~tcflag_t(ECHO)
      modes.c_oflag &= ~tcflag_t(OPOST)
    }
    try system("set the modes of", path) { tcsetattr(end, TCSANOW, &modes) }
  }

  /// The kernel sends the command SIGWINCH.
  func resize(_ size: winsize) {
    var size = size
    _ = ioctl(control.number, UInt(TIOCSWINSZ), &size)
  }

  /// Takes what was typed, to be given to the command when it reads.
  mutating func type(_ bytes: some Sequence<UInt8>) { typed += bytes }

  /// The key that ends the input.
  mutating func typeEnd() {
    var modes = termios()
    guard tcgetattr(end.number, &modes) == 0 else { return }
    type([withUnsafeBytes(of: modes.c_cc) { $0[Int(VEOF)] }])
  }

  /// Gives on what was typed, as far as the terminal takes it.
  mutating func flush() {
    guard !typed.isEmpty else { return }
    let (number, bytes) = (control.number, typed)
    let count = retrying { write(number, bytes, bytes.count) }
    if count > 0 { typed.removeFirst(count) }
  }

  /// What the command has printed; empty where there is nothing now.
  func output() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 16 << 10)
    let (number, size) = (control.number, bytes.count)
    let count = retrying { read(number, &bytes, size) }
    return Array(bytes.prefix(max(0, count)))
  }
}
