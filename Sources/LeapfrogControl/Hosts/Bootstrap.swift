import LeapfrogCore

/// The shell lines that stand between a login and `leapfrog-host`. They run in the account's shell, so
/// they are one line without single quotes, handed to `/bin/sh`.
struct Bootstrap: Sendable {
  /// The SHA-256 of the executable.
  let digest: String
  /// A word that nothing but these lines prints: what a profile or a banner says is passed over.
  let nonce: String

  init(digest: String) {
    self.digest = digest
    nonce = "leapfrog-" + String(UInt64.random(in: .min ... .max), radix: 16)
  }

  private var head: String {
    "d=\"${XDG_DATA_HOME:-$HOME/.local/share}/leapfrog\"; f=\"$d/\(digest)/leapfrog-host\"; "
      + "say() { printf \"\\n%s\\n\" \"\(nonce) $*\"; }; "
      + "sum() { s=$(openssl dgst -sha256 -r < \"$1\" 2>/dev/null) || s=$(sha256sum < \"$1\") "
      + "|| s=none; printf %s \"${s%% *}\"; }; "
  }

  /// Proves the executable and becomes it.
  var contact: String {
    Self.line(
      head + "if test -e \"$f\"; then h=$(sum \"$f\"); if test \"$h\" = \(digest); then "
        + "\(link) && \(noteUse)say \"ready|$d\"; exec \"$f\" rpc; fi; "
        + "say \"altered|$h|$f\"; else " + absent + "fi")
  }

  /// Makes it the one that recovers sites at boot, once it is proven: what was never used is no such one yet.
  private var link: String {
    "{ test -e \"$d/\(digest)/used\" && test -e \"$d/leapfrog-host\" || { l=\"$d/.\(nonce).link\"; "
      + "ln -s \(digest)/leapfrog-host \"$l\" && mv -fT \"$l\" \"$d/leapfrog-host\" || "
      + "{ rm -f \"$l\"; false; }; }; } 2>/dev/null"
  }

  /// Only what is not used for long is removed.
  private var noteUse: String { "{ date +%s > \"$d/\(digest)/used\"; } 2>/dev/null; " }

  private var absent: String {
    "set -- $(df -Pk \"$HOME\" | tail -n 1); "
      + "say \"absent|$(uname -s)|$(uname -m)|$(getconf GNU_LIBC_VERSION)|$4|$d\"; "
  }

  /// Takes the executable on standard input; whole or not at all, and proven by the contact that follows.
  /// What fails here must not take from another upload what that one has made. What is there is written out
  /// last: at boot, after a power cut, it may have to recover the sites.
  func store(size: Int) -> String {
    Self.line(
      "umask 077; " + head + "t=\"$d/.\(nonce)\"; "
        + "if mkdir -p \"$d\" && cat > \"$t\" && test \"$(wc -c < \"$t\")\" -eq \(size) "
        + "&& chmod 700 \"$t\" && mkdir -p \"$d/\(digest)\" && mv -f \"$t\" \"$f\"; then "
        + "\(forget) say stored; sync \"$f\"; else rm -f \"$t\"; say failed; fi")
  }

  /// Removes versions that no contact was made with for a month, and that nothing runs from.
  private var forget: String {
    "d=$(readlink -f \"$d\"); for u in $(cd \"$d\" && find . -mindepth 2 -maxdepth 2 -name used -mtime +30); do "
      + "v=$(dirname \"$u\"); v=\"$d/${v#./}\"; "
      + "if ls -l /proc/[0-9]*/exe 2>/dev/null | grep -qF \"$v/\"; then :; else rm -rf \"$v\"; fi; done;"
  }

  /// Removes every version, unless something runs from one.
  var remove: String {
    Self.line(
      head
        + "if test -e \"$d\"; then d=$(readlink -f \"$d\"); fi; if ls -l /proc/[0-9]*/exe 2>/dev/null | grep -qF \"$d/\"; then "
        + "say busy; else rm -rf \"$d\" && say removed; fi")
  }

  /// Runs a command of the executable; how it ended is said on standard error, behind everything else, also
  /// where it was interrupted on a terminal.
  func run(_ arguments: [String]) -> String {
    let words = arguments.map(Self.word).joined()
    return Self.line(
      head + "if test \"$(sum \"$f\")\" = \(digest); then \(words)trap : INT QUIT; "
        + noteUse + "say \"ready|$d\"; \"$f\" \"$@\"; "
        + "printf \"\\036%s\\n\" \"\(nonce) ended $?\" >&2; else "
        + "say \"altered|$(sum \"$f\")|$f\"; fi")
  }

  private static func line(_ script: String) -> String { "exec /bin/sh -c '\(script)'" }

  /// Adds a word to the shell's arguments. What a shell on the way could read anything into is an octal
  /// escape, and something stands behind it, because a substitution loses newlines at the end.
  private static func word(_ text: String) -> String {
    "w=$(printf %b \"\(text.utf8.map(escaped).joined())_\"); set -- \"$@\" \"${w%_}\"; "
  }

  private static func escaped(_ byte: UInt8) -> String {
    if plain.contains(byte) { return String(UnicodeScalar(byte)) }
    let digits = String(byte, radix: 8)
    return "\\0" + String(repeating: "0", count: 3 - digits.count) + digits
  }

  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 /._-,:=@+".utf8)
}

/// What a host says to the first contact.
enum BootstrapAnswer: Equatable {
  /// Everything behind it is the executable's; it is below the directory.
  case ready(directory: String)
  /// Something else is at the executable's address.
  case altered(digest: String, path: String)
  case absent(system: String, machine: String, libc: String, freeBytes: Int64, directory: String)
  case stored
  case failed
  case busy
  case removed

  /// From the words behind the nonce; nil where they are none. What is only told is fit to be shown.
  init?(_ text: String) {
    let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    switch parts.first {
    case "ready" where parts.count == 2: self = .ready(directory: parts[1])
    case "stored": self = .stored
    case "failed": self = .failed
    case "busy": self = .busy
    case "removed": self = .removed
    case "altered" where parts.count == 3:
      self = .altered(digest: Self.shown(parts[1]), path: Self.shown(parts[2]))
    case "absent" where parts.count == 6:
      self = .absent(
        system: Self.shown(parts[1]), machine: Self.shown(parts[2]), libc: Self.shown(parts[3]),
        freeBytes: Self.bytes(parts[4]), directory: Self.shown(parts[5]))
    default: return nil
    }
  }

  private static func shown(_ text: String) -> String { Printable.text(text, longest: 300) }

  /// Kibibytes as bytes; as many as there can be where it is not said.
  private static func bytes(_ kibibytes: String) -> Int64 {
    max(0, min(Int64(kibibytes) ?? .max, .max / 1024)) * 1024
  }
}
