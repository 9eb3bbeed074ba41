"""Many sites: how long looking takes, what a release costs per site, and the worker's memory."""

import contextlib
import pathlib
import shutil
import sqlite3
import threading

import databases
import trees
from kit import Pair, median, note, row


class Memory(threading.Thread):
    """Watches the peak memory of the worker of one root, in bytes."""

    def __init__(self, root):
        super().__init__(daemon=True)
        self.root, self.peak, self.over = str(root), 0, threading.Event()

    def run(self):
        while not self.over.wait(0.2):
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                self.look(process)

    def look(self, process):
        try:
            words = (process / "cmdline").read_text().split("\0")
            if words[1:3] != ["work", self.root]:
                return
            for line in (process / "status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    self.peak = max(self.peak, int(line.split()[1]) * 1024)
        except OSError:
            pass


def durations(pair, release):
    """How long each site of a release took by the marks in the journal, in their order; the events
    have whole seconds only."""
    journal = sqlite3.connect(f"file:{pair.root}/.leapfrog/journal.sqlite?mode=ro", uri=True)
    with contextlib.closing(journal):
        return [end - begin for begin, end in journal.execute(
            "SELECT min(time), max(time) FROM mark JOIN migration ON migration.id = migration"
            " WHERE release = ? GROUP BY migration ORDER BY migration", [release])]


def make(bench, count):
    repository = trees.make(bench, "many", 200)
    sites = [f"s{number:03}.example.com" for number in range(count)]
    pair = Pair(bench, "manypair", repository, sites)
    master = bench.directory / "many.sqlite"
    databases.make(master, 0.1)
    for site in sites:
        (pair.data(site) / "data").mkdir(parents=True)
        shutil.copy(master, pair.data(site) / "data/site.sqlite")
    return pair


def looking(bench, pair, count):
    """Rows for the commands that change nothing."""
    for arguments in [["status", pair.name], ["plan", pair.name, "v2"]]:
        taken = median([
            bench.seconds(lambda: bench.leapfrog(pair, *arguments), settle=False)
            for _ in range(7)])
        yield row(
            f"{count} sites: {arguments[0]}", taken, "s", aim="< 0.3", meets=taken < 0.3,
            how=f"leapfrog {' '.join(arguments)}")


def measure(bench):
    count = 60 if bench.quick else 300
    part = count // 6
    pair = make(bench, count)
    note(f"init of {count} sites")
    bench.leapfrog(pair, "init", pair.name, "v1")
    found = list(looking(bench, pair, count))
    note(f"upgrade of {count} sites")
    memory = Memory(pair.root)
    memory.start()
    taken = bench.seconds(lambda: bench.leapfrog(pair, "upgrade", pair.name, "v2"))
    memory.over.set()
    memory.join()
    release = bench.documents(pair, "history", pair.name)[0]["pairs"][pair.name][0]["id"]
    each = durations(pair, release)
    first, end = median(each[:part]), median(each[-part:])
    return found + [
        row(f"{count} sites: upgrade", taken, "s", how=f"{taken / count * 1000:.0f} ms a site"),
        row(
            f"{count} sites: the last {part} of a release", end * 1000, "ms", bare=first * 1000,
            ratio=end / first, aim="≤ 1.1", meets=end / first <= 1.1,
            how=f"a site, times the first {part}"),
        row(
            f"{count} sites: the worker's peak memory", memory.peak / 1e6, "MB", aim="< 80",
            meets=memory.peak < 80e6, how="VmHWM"),
    ]
