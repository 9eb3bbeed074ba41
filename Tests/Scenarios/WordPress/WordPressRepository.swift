import Foundation

/// A repository of WordPress with a theme and plugins of its own. Tags: `old`, whose database version is
/// an old one; `gone`, which lacks a plugin; `new`, with the package's own database version and two
/// plugins that fail, `loud` as soon as it is loaded, `late` in the middle of a page; `style`, where a page looks
/// different.
struct WordPressRepository {
  let farm: Farm

  /// The database version of `old`: WordPress renamed options after it.
  static let oldVersion = 48000

  /// Replaces the farm's repository.
  func make() throws {
    try FileManager.default.removeItem(at: farm.repository)
    try copy()
    try farm.git("init", "-q", "-b", "main", ".")
    for (key, value) in [
      "user.name": "demo", "user.email": "demo@example.com", "core.compression": "0",
    ] {
      try farm.git("config", key, value)
    }
    try farm.commit("old", try old())
    try farm.git("rm", "-q", "wp-content/plugins/loud.php")
    try farm.commit("gone", [:])
    try farm.commit("new", on: "old", try new())
    try farm.commit("style", ["wp-content/themes/plain/index.php": Self.page("style")])
  }

  /// Links of the package lead to other packages' files, which no page here needs.
  private func copy() throws {
    let copied = try Shell.run(
      "/bin/sh",
      [
        "-c", "cp -R \"$0\" \"$1\" && cd \"$1\" && find . -type l -delete && rm wp-config.php",
        try WordPressPackage.files().path, farm.repository.path,
      ], in: farm.directory)
    guard copied.status == 0 else { throw KitError(copied.text) }
  }

  private func version() throws -> String {
    let file = try WordPressPackage.files().appendingPathComponent("wp-includes/version.php")
    return try String(contentsOf: file, encoding: .utf8)
  }

  private func old() throws -> [String: String] {
    let old = try version().replacing(
      /\$wp_db_version = \d+;/, with: "$wp_db_version = \(Self.oldVersion);")
    return [
      "wp-includes/version.php": old,
      "wp-content/themes/plain/style.css": "/*\nTheme Name: Plain\n*/\n",
      "wp-content/themes/plain/index.php": Self.page("old"),
      "wp-content/plugins/loud.php": Self.plugin("Loud", ""),
      "wp-content/plugins/late.php": Self.plugin("Late", ""),
    ]
  }

  private func new() throws -> [String: String] {
    [
      "wp-includes/version.php": try version(),
      "wp-content/themes/plain/index.php": Self.page("new"),
      "wp-content/plugins/loud.php": Self.plugin("Loud", "function_that_is_no_more();"),
      "wp-content/plugins/late.php": Self.plugin(
        "Late", "add_action('wp_footer', 'function_that_is_no_more');"),
    ]
  }

  private static func plugin(_ name: String, _ code: String) -> String {
    "<?php\n/* Plugin Name: \(name) */\n\(code)\n"
  }

  /// Every page says its release, who asks, and the titles and texts of the posts.
  private static func page(_ release: String) -> String {
    """
    <!doctype html><title><?php bloginfo('name'); ?></title>
    <p>release \(release), user <?php echo wp_get_current_user()->user_login ?: 'nobody'; ?></p>
    <?php
    while (have_posts()) {
        the_post();
        the_title('<h2>', '</h2>');
        the_content();
    }
    wp_footer();
    ?>
    </html>

    """
  }
}
