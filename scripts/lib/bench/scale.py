"""Many sites: how long looking takes, what a release costs per site, and the worker's memory."""

import datetime
import pathlib
import shutil
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


def durations(events):
    """How long each site took from its begin to its end, in the order in which they went."""
    begun, taken = {}, []
    for event in events:
        moment = datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp()
        if event["kind"] == "site.started":
            begun[event["site"]] = moment
        elif event["kind"] == "site.finished" and event["site"] in begun:
            taken.append(moment - begun.pop(event["site"]))
    return taken


def make(bench, count):
    repository = trees.make(bench, "many", 200)
    sites = [f"s{number:03}.example.com" for number in range(count)]
    pair = Pair(bench, "manypair", repository, sites)
    master = bench.directory / "many.sqlite"
    databases.make(master, 0.1)
    bench.shell(f"sqlite3 {master} 'PRAGMA user_version = 2'")
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
    last = bench.documents(pair, "events", pair.name)[-1]["number"]
    note(f"upgrade of {count} sites")
    memory = Memory(pair.root)
    memory.start()
    taken = bench.seconds(lambda: bench.leapfrog(pair, "upgrade", pair.name, "v2"))
    memory.over.set()
    memory.join()
    each = durations(bench.documents(pair, "events", pair.name, "--after", str(last)))
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
