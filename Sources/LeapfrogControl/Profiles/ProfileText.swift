/// A profile as it is written: built in, or in a file of the user's.
public struct ProfileText: Sendable {
  /// The name, as `app:` in the configuration.
  public var name: String
  /// What messages call the place: a path, or that it is built in.
  public var place: String
  /// The YAML.
  public var text: String

  /// A profile whose YAML is not looked at here.
  public init(name: String, place: String, text: String) {
    self.name = name
    self.place = place
    self.text = text
  }
}

extension ProfileText {
  /// Every profile of this version; each is the YAML file of its name beside this one.
  public static let builtIn: [ProfileText] = [
    ProfileText("command", PackageResources.command_yml),
    ProfileText("django", PackageResources.django_yml),
    ProfileText("wordpress", PackageResources.wordpress_yml),
    ProfileText("drupal7", PackageResources.drupal7_yml),
    ProfileText("drupal", PackageResources.drupal_yml),
  ]

  private init(_ name: String, _ bytes: [UInt8]) {
    self.init(
      name: name, place: "the profile \(name)", text: String(decoding: bytes, as: UTF8.self))
  }
}
