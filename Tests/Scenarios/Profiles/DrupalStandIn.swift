/// A Drupal whose drush behaves as drush was seen to behave: `updatedb:status` prints nothing when
/// nothing is pending, `updatedb` can end with 0 after a failure, an aborted batch leaves the
/// maintenance mode on.
enum DrupalStandIn {
  static func make() throws -> StandIn {
    let app = try StandIn("drupal", schema: schema, files: files)
    try app.farm.commit(
      "v2",
      [
        "web/schema": "2\n",
        "web/modules/tale/tale.install": "<?php\nfunction tale_update_9001() {}\n",
      ])
    try app.farm.commit("code", ["web/index.php": "<?php // newer\n"])
    try app.write(["web/schema": "3\n"])
    try app.farm.git("rm", "-q", "-r", "web/modules/tale")
    try app.farm.commit("without", ["web/core/x.install": "<?php\nfunction x_update_9001() {}\n"])
    return app
  }

  private static let schema = """
    CREATE TABLE state (version, maintenance, lie, rebuilt);
    INSERT INTO state VALUES (1, 0, '', 0);
    CREATE TABLE enabled (name);
    CREATE TABLE refusal (text);
    """

  private static let files = [
    "vendor/bin/drush": drush, "web/schema": "1\n", "web/index.php": "<?php\n",
    "web/modules/tale/tale.info.yml": "name: Tale\n", "web/modules/tale/tale.install": "<?php\n",
  ]

  private static let drush = #"""
    #!/bin/sh
    uri= one= two= three=
    for word; do
      case $word in
        --uri=*) uri=${word#--uri=} ;;
        --*) ;;
        *) if [ -z "$one" ]; then one=$word; elif [ -z "$two" ]; then two=$word; else three=$word; fi ;;
      esac
    done
    sql() { sqlite3 "sites/$uri/db.sqlite" "$1"; }
    state() { sql "SELECT $1 FROM state"; }
    case $one in php:eval) ;; *) echo "$uri $one $two $three" >> "$LEAPFROG_SITE_DATA/../../drush" ;; esac
    case $one in
      php:eval)
        case $two in
          *update_check_requirements*) sql "SELECT 'leapfrog: ' || text FROM refusal" ;;
          *deployment_identifier*)
            grep -q deployment_identifier "sites/$uri/settings.php" ||
              echo "leapfrog: a deployment_identifier"
            for name in $(sql "SELECT name FROM enabled"); do
              [ -e "$target/modules/$name/$name.info.yml" ] ||
                echo "leapfrog: the module $name (modules/$name)"
            done ;;
          *)
            echo "leapfrog: $(state maintenance)"
            # A fatal error that drush ends with 0.
            [ "$(state lie)" != fatal ] || exit 0 ;;
        esac
        printf '\nleapfrog: .\n' ;;
      state:set)
        [ "$(state lie)" = deaf ] && [ "$three" != 2 ] || sql "UPDATE state SET maintenance = $three" ;;
      updatedb:status) [ "$(state version)" -ge "$(cat schema)" ] || echo '{"9001":{"module":"tale"}}' ;;
      updatedb)
        [ "$(state maintenance)" = 2 ] || exit 9
        case $(state lie) in
          fails)
            echo " [error]  Column not found: place"
            echo " [success] Finished performing updates."
            exit 1 ;;
          half)
            sql "CREATE TABLE half (a); UPDATE state SET maintenance = 1"
            echo " [error]  Update failed: tale_update_9001" ;;
          *) sql "UPDATE state SET version = $(cat schema)" ;;
        esac ;;
      cache:rebuild) sql "UPDATE state SET rebuilt = rebuilt + 1" ;;
      *) exit 8 ;;
    esac
    """#
}
