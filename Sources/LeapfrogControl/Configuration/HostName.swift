/// The rule for the name of a host, which becomes an argument of ssh.
public enum HostName {
  private static let longest = 253

  /// What is wrong with a name; nil when it can be used: `local`, or `[USER@]NAME` as ssh takes it.
  public static func fault(in name: String) -> String? {
    guard !name.isEmpty else { return "is empty" }
    guard name.utf8.count <= longest else { return "is longer than \(longest) bytes" }
    guard let first = name.utf8.first, isPlain(first) || first == UInt8(ascii: "_") else {
      return "does not begin with a letter or a digit"
    }
    guard name.utf8.allSatisfy({ isPlain($0) || "-_.@:".utf8.contains($0) }) else {
      return "may hold only letters, digits, '-', '_', '.', ':' and '@'"
    }
    return nil
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
  }
}
