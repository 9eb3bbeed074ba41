"""The matrix of scripts/older: OLDER and NEWER are directories with executables."""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

OLDER, NEWER = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
SITES = ["one.example.com", "two.example.com"]


class Pair:
    """A pair of two sites in a directory of its own; commands end after a while."""

    def __init__(self, directory):
        self.directory, self.root = directory, directory / "root"
        self.environment = dict(os.environ, LEAPFROG_STATE=str(directory / "state"), NO_COLOR="1")

    def command(self, products, words, failpoints=None, **options):
        environment = self.environment | ({"LEAPFROG_FAILPOINTS": failpoints} if failpoints else {})
        return subprocess.Popen(
            [products / "leapfrog", *words.split()], cwd=self.directory, env=environment | options,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, products, words, statuses=(0,), **options):
        process = self.command(products, words, **options)
        try:
            output, _ = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"{words} did not end: {process.communicate()[0]}")
        assert process.returncode in statuses, f"{words} ended with {process.returncode}: {output}"
        return output

    def configure(self):
        sites = "".join(
            f"      {site}:\n        database: {{engine: sqlite, path: data/site.sqlite}}\n"
            "        commands: {install: [./bin/install], update: [./bin/update], pending: [./bin/pending]}\n"
            for site in SITES)
        (self.directory / "leapfrog.yml").write_text(
            f"pairs:\n  acme:\n    repository: {REPOSITORY}\n    root: {self.root}\n    sites:\n{sites}")

    def twin(self, directory):
        shutil.copytree(self.directory, directory, symlinks=True)
        other = Pair(directory)
        other.configure()
        order = directory / "root/.leapfrog/pair.json"
        order.write_text(order.read_text().replace(str(self.root), str(other.root)))
        return other

    def schema(self):
        with sqlite3.connect(self.root / ".leapfrog/journal.sqlite") as journal:
            return journal.execute("PRAGMA user_version").fetchone()[0]

    def state(self):
        return json.loads(self.run(NEWER, "status acme --json --timeout 60"))["pairs"][0]

    def is_held(self):
        lock = self.root / ".leapfrog/lock"
        return subprocess.run(["flock", "-n", "-s", lock, "true"]).returncode != 0

    def version(self, site):
        with sqlite3.connect(self.root / "sites" / site / "data/site.sqlite") as database:
            return database.execute("PRAGMA user_version").fetchone()[0]

    def expect(self, code, data):
        for site in SITES:
            page = (self.root / "aliases" / site / "index.html").read_text()
            assert f"version {code}" in page and self.version(site) == data, f"{site}: {page} {self.version(site)}"
        assert not list((self.root / "maintenance").iterdir()), "a site is closed"

    def kill(self):
        """Ends every process of the pair, known by its environment, as a crash of the machine would."""
        while found := [
                int(entry.name) for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit()
                and bytes(self.directory) + b"/" in read(entry / "environ") + read(entry / "cmdline")]:
            for number in found:
                try:
                    os.kill(number, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.02)


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def attempt(template, number, name):
    """The older worker hangs at a place; gives what was wrong."""
    pair = template.twin(template.directory.parent / f"case-{number}")
    try:
        begun = pair.command(OLDER, "upgrade acme v4", failpoints=f"{name}:hang")
        trace = time.monotonic() + 3
        while begun.poll() is None and time.monotonic() < trace:
            time.sleep(0.1)
        schema, held = pair.schema(), pair.is_held()
        for words in ["events acme", "history acme", "backups acme", "plan acme v4", "doctor acme"]:
            pair.run(NEWER, words, statuses=(0, 1))
        running = (pair.state()["release"] or {}).get("state") == "running"
        if running:
            pair.run(NEWER, "backup acme", statuses=(4,))
            asking = pair.command(NEWER, "abort acme" if number % 2 else "resume acme")
            time.sleep(1)
            assert not held or pair.schema() == schema, "the journal was migrated under a living worker"
            asking.kill()
        begun.kill()
        pair.kill()
        if (pair.state()["release"] or {}).get("state") == "interrupted":
            pair.run(NEWER, "resume acme", statuses=(0, 1, 3))
        # Before the release was journalled, or after it was over, there is nothing to resume.
        pair.run(NEWER, "upgrade acme v4")
        pair.expect(4, 3)
        pair.run(NEWER, "rollback acme --yes")
        pair.expect(2, 2)
        backups = json.loads(pair.run(NEWER, "backups acme --json"))["backups"]
        oldest = [backup for backup in backups if backup["ref"] == "v2"][-1]
        pair.run(NEWER, f"restore acme {oldest['site']} --backup {oldest['id']} --yes")
        pair.run(NEWER, "upgrade acme v4")
        pair.run(NEWER, "doctor acme")
        return None
    except Exception as fault:  # Each case is told.
        return f"{name}: {fault!r}"
    finally:
        pair.kill()
        shutil.rmtree(pair.directory, ignore_errors=True)


def main():
    template = Pair(DIRECTORY / "template")
    template.directory.mkdir()
    template.configure()
    template.run(OLDER, "init acme v1")
    template.run(OLDER, "upgrade acme v2")
    tracing, trace = template.twin(DIRECTORY / "tracing"), DIRECTORY / "trace"
    tracing.run(OLDER, "upgrade acme v4", LEAPFROG_FAILPOINTS_TRACE=str(trace))
    names = [name for name in sorted(set(trace.read_text().split())) if all(word in name for word in sys.argv[3:])]
    with ThreadPoolExecutor(3) as pool:
        faults = [fault for fault in pool.map(lambda one: attempt(template, *one), enumerate(names)) if fault]
    print("\n".join([f"{len(names)} places, {len(faults)} faults"] + faults))
    return 1 if faults else 0


DIRECTORY = pathlib.Path(tempfile.mkdtemp(prefix="leapfrog-older-"))
REPOSITORY = DIRECTORY / "repository"
try:
    subprocess.run([pathlib.Path(__file__).parent / "demo-repository", REPOSITORY], check=True)
    sys.exit(main())
finally:
    shutil.rmtree(DIRECTORY, ignore_errors=True)
