import LeapfrogCore

/// A profile that `app:` can name: what it brings, and how it is written.
public struct ProfileConfiguration: Sendable {
  /// What it brings.
  public var profile: Profile
  /// The YAML.
  public var source: ProfileText
  /// Whether it is the user's own.
  public var isOwn: Bool
}

extension ProfileConfiguration {
  /// The profiles of this version.
  ///
  /// - Throws: `Failure` when one cannot be read.
  public static func builtIn() throws -> [ProfileConfiguration] {
    try ProfileText.builtIn.compactMap { text in
      try ProfileShelf.builtIn(text.name).map {
        ProfileConfiguration(profile: $0.profile, source: text, isOwn: false)
      }
    }
  }

  /// The built-in profiles with those of a configuration, which take the place of their namesakes.
  ///
  /// - Throws: `Failure` when one cannot be read.
  public static func all(with own: [ProfileConfiguration]) throws -> [ProfileConfiguration] {
    let names = own.map(\.profile.name)
    return try builtIn().filter { !names.contains($0.profile.name) } + own
  }
}

extension ProfileShelf {
  /// The user's profiles as they are read and written.
  func configured() throws -> [ProfileConfiguration] {
    try texts.compactMap { text in
      try profile(text.name).map {
        ProfileConfiguration(profile: $0, source: text, isOwn: true)
      }
    }
  }
}
