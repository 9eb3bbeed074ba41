"""What every fuzzer uses: a pair of leapfrog, bounded commands, and the look at what they printed."""

import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import unicodedata

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
SITES = ["one.example.com", "two.example.com"]


class Pair:
    """A pair with two sites, of which one has failed to update, and the executables in a directory of its own:
    `real/leapfrog-host` is the real one, the one beside `leapfrog` writes down what it is asked, or lies."""

    def __init__(self, products, directory):
        self.directory, self.root = directory, directory / "root"
        self.configuration = directory / "leapfrog.yml"
        self.canary, self.record = directory / "canary", directory / "record"
        # Accounts of builds have to get there.
        directory.chmod(0o755)
        self.leapfrog, self.real = directory / "bin/leapfrog", directory / "real/leapfrog-host"
        for source, target in [("leapfrog", self.leapfrog), ("leapfrog-host", self.real)]:
            target.parent.mkdir()
            shutil.copy2(products / source, target)
        between = directory / "bin/leapfrog-host"
        between.write_text(f"#!/bin/sh\nexec python3 -B {CHECKOUT}/scripts/lib/fuzz/between.py {self.real} \"$@\"\n")
        between.chmod(0o755)
        self.environment = dict(
            os.environ, LEAPFROG_STATE=str(directory / "state"), NO_COLOR="1", HOME=str(directory),
            LEAPFROG_LINK_TIMEOUT="1", LEAPFROG_SURVEY_TIMEOUT="2",
            GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")
        self.environment.pop("LEAPFROG_CONFIG", None)

    def make(self):
        directory = self.directory
        self.must([CHECKOUT / "scripts/lib/demo-repository", directory / "repository"])
        sites = "".join(
            f"      {site}:\n"
            f"        aliases: [www.{site}]\n"
            f"        links: {{config/{site}.ini: local.ini}}\n"
            "        database: {engine: sqlite, path: data/site.sqlite}\n"
            "        check: {url: /, contains: version}\n"
            "        commands: {install: [./bin/install], update: [./bin/update], pending: [./bin/pending]}\n"
            for site in SITES)
        self.configuration.write_text(
            f"pairs:\n  acme:\n    repository: {directory}/repository\n    root: {self.root}\n"
            f"    preview: http://127.0.0.1:1\n    build: \"true\"\n    build_user: root\n    sites:\n{sites}".replace(
                "        check: {url: /, contains: version}\n", ""))
        asks = {"FUZZ_RECORD": str(self.record)}
        self.must([self.leapfrog, "init", "acme", "v1"], asks)
        self.must([self.leapfrog, "upgrade", "acme", "v2"], asks)
        database = self.root / "sites" / SITES[1] / "data/site.sqlite"
        self.must(["sqlite3", database, "INSERT INTO post (title, body, slug) VALUES ('x', 'y', 'welcome')"])
        for words in ["upgrade acme v3", "backup acme", "doctor acme", "history acme", "backups acme",
                      "events acme", "plan acme v4", "rollback acme --yes", "abort acme",
                      f"restore acme {SITES[0]} --yes", "host check local",
                      "events acme --output m1-install-1"]:
            self.run([self.leapfrog, *words.split()], asks)

    def must(self, command, environment=None):
        done = self.run(command, environment)
        if done.returncode != 0:
            sys.exit(f"{command}\nended with {done.returncode}\n{done.stdout!r}{done.stderr!r}")

    def run(self, command, environment=None, seconds=60):
        """The ended process; one that did not end in time has the status None."""
        process = subprocess.Popen(
            [str(part) for part in command], cwd=self.directory, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            env=self.environment | (environment or {}))
        try:
            output, error = process.communicate(timeout=seconds)
            status = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, error = process.communicate()
            status = None
        return subprocess.CompletedProcess(command, status, output, error)

    def end(self):
        """Ends what is left of processes that have this directory in their command line, and removes accounts that
        have their home in it: builds of mutated configurations make some."""
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and int(entry.name) != os.getpid() \
                        and bytes(self.directory) in (entry / "cmdline").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:
                pass
        for account in pwd.getpwall():
            if account.pw_dir.startswith(f"{self.directory}/"):
                subprocess.run(["userdel", account.pw_name], stderr=subprocess.DEVNULL)


def faults_of(pair, done, statuses):
    """What is wrong with a command's end and what it printed."""
    if done.returncode is None:
        yield "did not end"
    elif done.returncode not in statuses:
        yield f"ended with {done.returncode}"
    text = (done.stdout + done.stderr).decode(errors="surrogateescape")
    raw = {hex(ord(c)) for c in text if c not in "\n\t" and (
        unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs")
        or unicodedata.category(c) == "Cf" and c not in "\u200c\u200d")}
    if raw:
        yield f"printed raw {sorted(raw)}"
    if pair.canary.exists():
        pair.canary.unlink()
        yield "ran a text"
