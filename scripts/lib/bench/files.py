"""The file backup: against rsync and restic, and what uploads add to a site's downtime."""

import os
import shutil

import databases
import trees
from kit import Pair, median, note, row
from window import downtimes


def uploads(directory, count, size):
    """Files of one size, a thousand a directory."""
    block = os.urandom(size)
    for number in range(count):
        if number % 1000 == 0:
            (directory / f"{number // 1000:03}").mkdir(parents=True)
        path = directory / f"{number // 1000:03}/{number:06}.jpg"
        path.write_bytes(str(number).encode() + block)


def change(directory, share):
    """Writes a share of the files anew."""
    for number, path in enumerate(sorted(directory.rglob("*.jpg"))):
        if number % round(1 / share) == 0:
            path.write_bytes(os.urandom(path.stat().st_size))


class Uploads:
    """A pair with one site: a small database, and uploads."""

    def __init__(self, bench, name, count, size):
        self.bench = bench
        self.site = f"{name}.example.com"
        self.pair = Pair(bench, f"{name}pair", trees.make(bench, name, 100), [self.site])
        self.data = self.pair.data(self.site)
        databases.make(self.data / "data/site.sqlite", 0.1)
        if count:
            uploads(self.data / "uploads", count, size)
        bench.leapfrog(self.pair, "init", self.pair.name, "v1")

    def backup(self):
        self.bench.leapfrog(self.pair, "backup", self.pair.name)

    def downtime(self, rounds):
        """The median of a site's downtime; its files are untouched since the first pass."""
        found, last = [], 0
        for number in range(rounds):
            self.bench.run("sync")
            self.bench.leapfrog(self.pair, "upgrade", self.pair.name, f"v{2 - number % 2}")
            times, last = downtimes(self.bench, self.pair, last)
            found += times
        return median(found)


def against_others(bench):
    """One percent of the files changed since the backup before."""
    count = 2000 if bench.quick else 20_000
    note(f"{count} files of 100 KB")
    site = Uploads(bench, "others", count, 100_000)
    source, target = site.data / "uploads", bench.directory / "rsync"
    bench.run("rsync", "-a", f"{source}/", f"{target}0/")
    repository = {
        "RESTIC_REPOSITORY": str(bench.directory / "restic"), "RESTIC_PASSWORD": "bench"}
    bench.run("restic", "init", environment=repository)
    bench.run("restic", "backup", "-q", source, environment=repository)
    site.backup()
    ours, rsync, restic = [], [], []
    for number in bench.rounds(3):
        change(source, 0.01)
        rsync.append(bench.seconds(lambda: bench.shell(
            f"rsync -a --link-dest={target}{number} {source}/ {target}{number + 1}/; sync -f .")))
        restic.append(bench.seconds(lambda: bench.run(
            "restic", "backup", "-q", source, environment=repository)))
        ours.append(bench.seconds(site.backup))
    ours = median(ours)
    return [
        row(f"{count} files, 1 % changed: backup", ours, "s", bare=median(other),
            ratio=ours / median(other), aim=aim, meets=None if aim is None else ours <= median(other),
            how=f"times {what}")
        for what, other, aim in [
            ("rsync -a --link-dest, and sync", rsync, "≤ 1"), ("restic backup", restic, None)]]


def added_downtime(bench):
    rounds = 2 if bench.quick else 5
    part = 10 if bench.quick else 1
    without = Uploads(bench, "none", 0, 0).downtime(rounds)
    rows = []
    for name, count, size in [("large", 5000, 1_000_000), ("small", 100_000, 50_000)]:
        note(f"{count // part} uploads of {size // 1000} KB")
        site = Uploads(bench, name, count // part, size)
        site.backup()
        extra = site.downtime(rounds) - without
        rows.append(row(
            f"{count // part} uploads of {size // 1000} KB: downtime", extra * 1000, "ms",
            aim="< 300", meets=extra < 0.3, how="added to that of a site without uploads"))
        shutil.rmtree(site.pair.root)
    return rows


def measure(bench):
    return against_others(bench) + added_downtime(bench)
