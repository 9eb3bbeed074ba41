extension Profile {
  /// Any app: brings nothing, every site says its commands itself.
  public static let command = Profile(name: "command")
}
