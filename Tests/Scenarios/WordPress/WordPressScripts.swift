/// PHP that the tests run in a site, as its crontab would.
enum WordPressScripts {
  /// Posts, comments, two uploads, an option of old, and the plugin that the argument names.
  static let fill = """
    <?php
    require getcwd() . '/wp-load.php';
    $site = getenv('LEAPFROG_SITE');
    foreach (range(1, 5) as $n) {
        $post = wp_insert_post([
            'post_title' => "Post $n of $site", 'post_status' => 'publish',
            'post_content' => str_repeat("Grüße 🦊 it\\\\'s $n. ", 100),
        ]);
        wp_insert_comment(['comment_post_ID' => $post, 'comment_content' => "Comment on $n"]);
    }
    $bytes = '';
    for ($n = 0; $n < 65536; $n++) $bytes .= chr($n * $n >> 3 & 255);
    foreach (['note.txt' => "note of $site", 'image.png' => $bytes] as $name => $text) {
        $made = wp_upload_bits($name, null, $text);
        if ($made['error']) exit($made['error']);
        echo parse_url($made['url'], PHP_URL_PATH), "\\n";
    }
    delete_option('disallowed_keys');
    $old = ['option_name' => 'blacklist_keys', 'option_value' => 'casino'];
    $wpdb->insert($wpdb->options, $old);
    require_once ABSPATH . 'wp-admin/includes/plugin.php';
    foreach (array_slice($argv, 1) as $plugin) activate_plugin($plugin);

    """

  /// Makes tables and options of a network; its constants have to be defined afterwards.
  static let network = """
    <?php
    require getcwd() . '/wp-load.php';
    require ABSPATH . 'wp-admin/includes/upgrade.php';
    require ABSPATH . 'wp-admin/includes/network.php';
    foreach ($wpdb->tables('ms_global') as $table => $name) $wpdb->$table = $name;
    install_network();
    $site = getenv('LEAPFROG_SITE');
    $made = populate_network(1, $site, "admin@$site", 'Network', '/', false);
    if (is_wp_error($made)) exit($made->get_error_message());

    """

  static let networkConstants = """

    define('MULTISITE', true);
    define('SUBDOMAIN_INSTALL', false);
    define('DOMAIN_CURRENT_SITE', 'three.example.com');
    define('PATH_CURRENT_SITE', '/');
    define('SITE_ID_CURRENT_SITE', 1);
    define('BLOG_ID_CURRENT_SITE', 1);

    """

  /// A second site of the network, with a post and an option of old.
  static let second = """
    <?php
    require getcwd() . '/wp-load.php';
    $blog = wp_insert_site([
        'domain' => getenv('LEAPFROG_SITE'), 'path' => '/second/', 'title' => 'Second', 'user_id' => 1,
    ]);
    switch_to_blog($blog);
    wp_insert_post([
        'post_title' => 'Post of the second', 'post_status' => 'publish', 'post_content' => 'Text',
    ]);
    delete_option('disallowed_keys');
    $old = ['option_name' => 'blacklist_keys', 'option_value' => 'casino'];
    $wpdb->insert($wpdb->options, $old);

    """
}
