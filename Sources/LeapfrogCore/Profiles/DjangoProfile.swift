extension Profile {
  /// Django: `migrate` for install and update, `showmigrations` to tell what is pending.
  ///
  /// The commands run in the platform, where `manage.py` is, with the platform's virtual environment
  /// (`venv` or `.venv`, which the pair's `build` makes) or else with `python3`. The settings module
  /// is expected to read `LEAPFROG_SITE_DATA`, the directory of the site's data, and to take the
  /// site's database, media and secrets from there; it brings no links.
  public static let django = Profile(
    name: "django",
    commands: SiteCommands(
      install: manage("exec \"$p\" manage.py migrate --noinput"),
      update: manage("exec \"$p\" manage.py migrate --noinput"),
      pending: manage(pending)),
    updates: [UpdatePattern(path: "*migrations/*.py", change: .added)])

  private static func manage(_ text: String) -> Command {
    Command(shell: interpreter + text)
  }

  // Compiled files that python leaves beside its sources would be found as drift of the platform.
  private static let interpreter = """
    export PYTHONDONTWRITEBYTECODE=1
    p=python3
    for c in .venv venv; do
      if [ -x "$c/bin/python" ]; then p=$c/bin/python; fi
    done

    """

  // `migrate --check` ends with 1 both for a pending migration and for an error, so the plan is read
  // instead: a line that begins with `[ ]` is a migration that has not been applied.
  private static let pending = """
    plan=$("$p" manage.py showmigrations --plan) || exit 1
    case "
    $plan" in *"
    [ ]"*) exit 3 ;; esac
    exit 0
    """
}
