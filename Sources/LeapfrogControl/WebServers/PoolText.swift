/// The pools of PHP-FPM for a pair whose sites have users of their own.
struct PoolText {
  let plan: WebServerPlan

  var text: String { (head + plan.pools.flatMap(lines)).joined(separator: "\n") + "\n" }

  private var head: [String] {
    [
      "; PHP-FPM for the pair \(plan.pair), written by `leapfrog webserver php-fpm \(plan.pair)`.",
      "; Put it into /etc/php/VERSION/fpm/pool.d, make the directories that it needs:",
    ]
      + plan.pools.map {
        ";   install -d -m 700 -o \($0.user) \($0.directory) \($0.directory)/sessions \($0.directory)/tmp"
      } + [
        "; and restart PHP-FPM. The web server's configuration sends each site to the pool of its user."
      ]
  }

  private func lines(of pool: WebServerPlan.Pool) -> [String] {
    let readable =
      ["blue", "green"] + pool.sites.map { "sites/\($0)" }
    let places = readable.map { "\(plan.root)/\($0)/" } + ["\(pool.directory)/", "/usr/share/php/"]
    return [
      "", "[\(pool.name)]", "user = \(pool.user)", "listen = \(pool.socket)",
      "listen.owner = www-data", "listen.group = www-data", "listen.mode = 0660",
      "pm = ondemand", "pm.max_children = 10",
      "; Its scripts open nothing but the code, the data of its sites, and what is PHP's.",
      "php_admin_value[open_basedir] = \(places.joined(separator: ":"))",
      "php_admin_value[session.save_path] = \(pool.directory)/sessions",
      "php_admin_value[upload_tmp_dir] = \(pool.directory)/tmp",
      "php_admin_value[sys_temp_dir] = \(pool.directory)/tmp",
    ]
  }
}
