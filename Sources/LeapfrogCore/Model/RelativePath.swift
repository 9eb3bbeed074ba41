/// The rule for paths that the configuration or a repository names below a directory of ours.
public enum RelativePath {
  /// What is wrong with a path that must stay below its directory; nil when it can be used.
  public static func fault(in path: String) -> String? {
    guard !path.isEmpty else { return "is empty" }
    guard !path.hasPrefix("/") else { return "is absolute; write it relative" }
    guard !path.utf8.contains(0), !path.contains("\n") else { return "has a control character" }
    guard path.utf8.count <= 4000 else { return "is longer than 4000 bytes" }
    for part in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if let fault = fault(inPart: String(decoding: part, as: UTF8.self)) { return fault }
    }
    return nil
  }

  private static func fault(inPart part: String) -> String? {
    switch part {
    case "": "has an empty part"
    case ".", "..": "may not contain '\(part)'"
    default: part.utf8.count > 255 ? "has a part longer than 255 bytes" : nil
    }
  }
}
