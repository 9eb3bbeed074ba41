extension Profile {
  /// Every profile of this version.
  public static let all: [Profile] = [.command, .django]

  /// Names that the configuration keeps for profiles of later versions.
  public static let planned = ["wordpress", "drupal7", "drupal"]

  /// The profile of that name; nil where this version has none.
  public static func named(_ name: String) -> Profile? {
    all.first { $0.name == name }
  }
}
