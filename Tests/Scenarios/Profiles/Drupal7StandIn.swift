/// A Drupal 7 that has the functions which its update.php calls, without drush.
enum Drupal7StandIn {
  static func make() throws -> StandIn {
    let app = try StandIn("drupal7", schema: schema, files: files)
    try app.farm.commit(
      "v2",
      [
        "schema": "7002\n",
        "sites/all/modules/tale/tale.install": "<?php\nfunction tale_update_7002(&$sandbox) {}\n",
      ])
    try app.farm.git("rm", "-q", "-r", "sites/all/modules/tale")
    try app.farm.commit("without", ["modules/x.install": "<?php\nfunction x_update_7001() {}\n"])
    return app
  }

  private static let schema = """
    CREATE TABLE variable (name PRIMARY KEY, value);
    INSERT INTO variable VALUES ('schema', 7001);
    CREATE TABLE system (name, type, filename, status);
    INSERT INTO system VALUES ('off', 'module', 'modules/off/off.module', 0);
    """

  private static let files = [
    "includes/bootstrap.inc": bootstrap, "includes/update.inc": "<?php\n",
    "includes/common.inc": "<?php\n", "includes/file.inc": "<?php\n",
    "includes/entity.inc": "<?php\n", "includes/unicode.inc": "<?php\n",
    "includes/install.inc": "<?php\n", "includes/batch.inc": "<?php\n", "schema": "7001\n",
    "sites/all/modules/tale/tale.info": "name = Tale\n",
    "sites/all/modules/tale/tale.install": "<?php\n",
  ]

  private static let bootstrap = #"""
    <?php
    foreach (array("CONFIGURATION", "DATABASE", "LANGUAGE", "FULL") as $name) {
      define("DRUPAL_BOOTSTRAP_$name", $name);
    }
    define("REQUIREMENT_ERROR", 2);
    function conf_path() { return "sites/" . $_SERVER["HTTP_HOST"]; }
    function drupal_bootstrap($phase) {
      if (!is_file(conf_path() . "/settings.php")) exit("there is no site");
      if ($phase != "CONFIGURATION") return;
      $GLOBALS["databases"]["default"]["default"] = array("driver" => "mysql", "database" => "db",
        "username" => "someone", "password" => "it's \"secret\"", "host" => "", "port" => 3307);
    }
    function rows($sql) {
      $database = escapeshellarg(conf_path() . "/db.sqlite");
      exec("sqlite3 -separator '|' $database " . escapeshellarg($sql), $lines, $status);
      if ($status) throw new Exception("no answer to $sql");
      return array_map(function ($line) { return explode("|", $line); }, $lines);
    }
    function db_query($sql) {
      return array_map(function ($row) {
        return (object) array("name" => $row[0], "type" => $row[1], "filename" => $row[2]);
      }, rows(str_replace(array("{", "}"), "", $sql)));
    }
    function variable_get($name, $default = NULL) {
      $rows = rows("SELECT value FROM variable WHERE name = '$name'");
      return $rows ? $rows[0][0] : $default;
    }
    function variable_set($name, $value) {
      if (variable_get("lie") == "deaf" && $name == "maintenance_mode" && $value != 2) return;
      rows("REPLACE INTO variable VALUES ('$name', '$value')");
    }
    function update_prepare_d7_bootstrap() {}
    function update_fix_d7_requirements() {}
    function drupal_maintenance_theme() {}
    function drupal_load_updates() {}
    function update_fix_compatibility() {}
    function drupal_flush_all_caches() { variable_set("flushed", 1); }
    function module_invoke_all($hook, $phase) {
      if (!variable_get("refusal")) return array();
      return array(
        array("title" => "PHP", "value" => variable_get("refusal"), "severity" => 2),
        array("title" => "fine", "severity" => 1));
    }
    function update_get_update_list() {
      $code = (int) file_get_contents("schema");
      if (variable_get("schema") >= $code) return array();
      return array("tale" => array("start" => $code, "pending" => array($code => "tale")));
    }
    function update_resolve_dependencies($start) {
      $updates = array();
      foreach ($start as $module => $number) {
        $updates["{$module}_update_$number"] = array(
          "module" => $module, "number" => $number, "allowed" => variable_get("lie") != "needs");
      }
      return $updates;
    }
    function drupal_set_installed_schema_version($module, $number) { variable_set("schema", $number); }
    function update_do_one($module, $number, $paths, &$context) {
      if (variable_get("maintenance_mode") != 2) exit("not in maintenance");
      $turn = isset($context["sandbox"]["turn"]) ? $context["sandbox"]["turn"] + 1 : 1;
      $context["sandbox"]["turn"] = $turn;
      $context["finished"] = $turn / 3;
      variable_set("turns", $turn);
      if ($turn == 2) {
        switch (variable_get("lie")) {
          case "aborts":
            $context["results"][$module][$number]["#abort"] = array("query" => "no such column");
            $context["results"]["#abort"][] = "tale_update_$number";
            return;
          case "fatal": undefined_function();
          case "exits": print "The website has encountered an error."; exit;
        }
      }
      if ($turn == 3 && variable_get("lie") != "forgets") {
        drupal_set_installed_schema_version($module, $number);
      }
    }
    """#
}
