"""What every measurement uses: running commands, timing them, pairs of leapfrog."""

import json
import os
import statistics
import subprocess
import sys
import time


def note(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def row(what, value, unit, *, bare=None, ratio=None, aim=None, meets=None, how=""):
    """One line of the table; `bare` is what is compared with."""
    return {
        "what": what, "value": value, "unit": unit, "bare": bare, "ratio": ratio, "aim": aim,
        "meets": meets, "how": how,
    }


def median(values):
    return statistics.median(values)


class Bench:
    """The executables, a directory to work in, and an environment without the machine's own state."""

    def __init__(self, products, directory, quick):
        self.products = products
        self.directory = directory
        self.quick = quick
        self.environment = dict(
            os.environ, LEAPFROG_STATE=str(directory / "state"), NO_COLOR="1",
            GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")

    def run(self, *command, cwd=None, timeout=200, environment=None):
        """Runs a command that must succeed, and gives its output."""
        done = subprocess.run(
            [str(part) for part in command], cwd=cwd or self.directory, text=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
            env=self.environment | (environment or {}))
        if done.returncode != 0:
            sys.exit(f"{command}\nended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def shell(self, script, **options):
        return self.run("/bin/sh", "-euc", script, **options)

    def seconds(self, body, settle=True):
        """How long a body takes; nothing of those before it is left to be written to the disk."""
        if settle:
            os.sync()
        begin = time.perf_counter()
        body()
        return time.perf_counter() - begin

    def rounds(self, count, budget=40):
        """Numbers from 0, as many as are wanted; fewer, but two, when the seconds are used up."""
        end = time.monotonic() + (budget / 2 if self.quick else budget)
        for number in range(count):
            if number < 2 or time.monotonic() < end:
                yield number

    def discard(self, path):
        """Takes a directory away without removing it: where much was removed a moment ago, ext4 is slow
        to find free inodes, and the next command would be measured with that."""
        trash = self.directory / "trash"
        trash.mkdir(exist_ok=True)
        path.rename(trash / str(len(list(trash.iterdir()))))

    def leapfrog(self, pair, *arguments, **options):
        return self.run(
            self.products / "leapfrog", *arguments, "--config", pair.configuration, **options)

    def documents(self, pair, *arguments):
        """The JSON documents that a command prints, one a line."""
        text = self.leapfrog(pair, *arguments, "--json")
        return [json.loads(line) for line in text.splitlines() if line.strip()]


class Pair:
    """A configuration with one pair, and the paths of its root; without a database its sites have no
    commands either."""

    def __init__(self, bench, name, repository, sites, extra="",
                 database="{engine: sqlite, path: data/site.sqlite}", host="local"):
        self.name = name
        self.root = bench.directory / name
        self.configuration = bench.directory / f"{name}.yml"
        lines = [
            "pairs:", f"  {name}:", f"    repository: {repository}", f"    host: {host}",
            f"    root: {self.root}", "    app: command", extra, "    sites:"]
        commands = "{update: [./bin/update], pending: [./bin/pending]}"
        contents = f"database: {database}, commands: {commands}" if database else ""
        lines += [f"      {site}: {{{contents}}}" for site in sites]
        self.configuration.write_text("\n".join(line for line in lines if line) + "\n")

    def data(self, site):
        return self.root / "sites" / site
