import LeapfrogCore

/// What git's last words mean.
struct FetchFault {
  let address: RepositoryAddress
  let said: String

  /// The failure to show: the repository, the cause, git's own words and what mends it.
  var failure: Failure {
    let cause = Self.causes.first { said.contains($0.pattern) }
    let words = cause.map { "\($0.text) (\(tail))" } ?? tail
    return .failed("repository \(address.shown) cannot be fetched: \(words)", remedy: remedy)
  }

  /// Whether it is the mirror that is broken, as after a power cut.
  var isBrokenMirror: Bool { Self.broken.contains { said.contains($0) } }

  private struct Cause {
    let pattern: String
    let text: String

    init(_ pattern: String, _ text: String) {
      self.pattern = pattern
      self.text = text
    }
  }

  private static let causes = [
    Cause("dubious ownership", "it belongs to another user"),
    Cause("not allowed", "this kind of address is not allowed"),
    Cause("Host key verification failed", "its host key is unknown or has changed"),
    Cause("Authentication failed", "the credentials were not accepted"),
    Cause("could not read Username", "it asks for credentials"),
    Cause("could not read Password", "it asks for credentials"),
    Cause("Permission denied", "access is denied"),
    Cause("error: 403", "access is denied"),
    Cause("Could not resolve host", "its host is unknown"),
    Cause("unable to look up", "its host is unknown"),
    Cause("Connection refused", "the network refused"),
    Cause("timed out", "the network did not answer"),
    Cause("unreachable", "the network did not answer"),
    Cause("No route to host", "the network did not answer"),
    Cause("does not exist", "it is not found"),
    Cause("not found", "it is not found"),
    Cause("does not appear to be a git repository", "there is no git repository at that address"),
    Cause("not a git repository", "there is no git repository at that address"),
    Cause("hung up unexpectedly", "the connection was lost"),
    Cause("mismatched algorithms", "it has SHA-256 object ids, which are not supported"),
    Cause("No space left", "the disk is full"),
  ]

  private static let broken = [
    "is corrupt", "is empty", "bad object", "did not send all necessary objects",
    "unable to read tree", "unable to parse", "inflate:", "missing blob", "missing tree",
    "missing commit", "pack has bad", "bad pack", "broken ref", "bad ref", "unable to resolve",
  ]

  private var remedy: String? {
    if said.contains("dubious ownership") {
      return "git config --global --add safe.directory \(Shell.quoted(owned ?? address.shown))"
    }
    return "git ls-remote \(Shell.quoted(address.shown))"
  }

  /// The directory that git names in its complaint, which can be a `.git` below the address.
  private var owned: String? {
    said.firstMatch(of: /ownership in repository at '([^'\n]+)'/).map { String($0.1) }
  }

  private var tail: String {
    let lines = said.split(whereSeparator: \.isNewline).filter {
      !$0.hasPrefix("Please make sure") && !$0.hasPrefix("and the repository exists")
        && !$0.hasPrefix("\t") && !$0.hasPrefix("To add an exception")
    }
    let last = lines.suffix(3).map { GitText.shown(String($0)) }.joined(separator: "; ")
    return last.isEmpty ? "git ended without a word" : last
  }
}

/// Words of a command line that is shown to a person.
public enum Shell {
  /// What a host said, as one argument of a command that is advised.
  ///
  /// - Parameters:
  ///   - word: what the host said.
  ///   - placeholder: what stands there where the word would be an option.
  public static func argument(_ word: String, or placeholder: String) -> String {
    word.isEmpty || word.hasPrefix("-") ? placeholder : quoted(word)
  }

  /// The word as a shell takes it.
  static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy(Self.isPlain) && !word.isEmpty
    return isPlain ? word : "'\(word.replacing("'", with: #"'\''"#))'"
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x2B...0x3A, 0x40...0x5A, 0x5F, 0x61...0x7A: true
    default: false
    }
  }
}
