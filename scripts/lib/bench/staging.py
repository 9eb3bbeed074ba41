"""Staging, against `git archive | tar x` and `git clone --depth 1` into a new directory."""

import databases
import trees
from kit import Pair, median, note, row

SITE = "site.example.com"


class Staging:
    """One tree, with a pair whose site is on blue, so that green is staged."""

    def __init__(self, bench, count):
        self.bench, self.count = bench, count
        self.repository = trees.make(bench, f"tree{count}", count)
        self.pair = Pair(bench, f"pair{count}", self.repository, [SITE])
        self.init()
        bench.discard(self.pair.root)
        self.first = self.init()

    def init(self):
        """How long a pair takes that is made from nothing; the second time the repository is mirrored."""
        databases.make(self.pair.data(SITE) / "data/site.sqlite", 0.1)
        return self.bench.seconds(
            lambda: self.bench.leapfrog(self.pair, "init", self.pair.name, "v1"))

    def stage(self, ref):
        self.bench.leapfrog(self.pair, "upgrade", self.pair.name, ref, "--stage-only")

    def forget(self):
        """Makes green a platform on which nothing was ever staged."""
        self.bench.discard(self.pair.root / "green")
        (self.pair.root / "green").mkdir()
        (self.pair.root / ".leapfrog/green.manifest").unlink(missing_ok=True)

    def other(self, script):
        """How long a command takes that fills a new directory."""
        target = self.bench.directory / "new"
        target.mkdir()
        taken = self.bench.seconds(lambda: self.bench.shell(script, cwd=target))
        self.bench.discard(target)
        return taken

    def archive(self, ref, end=""):
        return self.other(f"git --git-dir={self.repository} archive {ref} | tar x{end}")

    def clone(self, ref):
        return self.other(f"git clone -q --depth 1 -b {ref} file://{self.repository} code")

    def measure(self, runs):
        """Medians of runs that take turns, in seconds."""
        times = {"full": [], "delta": [], "archive": [], "synced": [], "clone": []}
        for number in self.bench.rounds(runs):
            self.forget()
            times["full"].append(self.bench.seconds(lambda: self.stage("v1")))
            for ref in ["v2", "v1"]:
                times["archive"].append(self.archive(ref))
                times["delta"].append(self.bench.seconds(lambda: self.stage(ref)))
            times["synced"].append(self.archive("v1", "; sync -f ."))
            if number < 2:
                times["clone"].append(self.clone("v1"))
        return {name: median(values) for name, values in times.items()} | {"first": self.first}


def rows(count, times, aim):
    """What the table says of one tree."""
    def compared(what, ours, theirs, how, *, aim=None, faster=True):
        ratio = times[theirs] / times[ours] if faster else times[ours] / times[theirs]
        meets = None if aim is None else (ratio >= aim if faster else ratio <= aim)
        text = None if aim is None else f"{'≥' if faster else '≤'} {aim}"
        return row(
            f"{count} files: {what}", times[ours], "s", bare=times[theirs], ratio=ratio, aim=text,
            meets=meets, how=how)
    archive, clone = "git archive | tar x", "git clone --depth 1"
    return [
        compared("stage one changed file", "delta", "archive", f"faster than {archive}", aim=aim),
        compared("stage one changed file", "delta", "clone", f"faster than {clone}"),
        compared(
            "stage an empty platform", "full", "archive", f"times {archive}", aim=1.5, faster=False),
        compared(
            "stage an empty platform", "full", "synced", f"times {archive}; sync -f", faster=False),
        compared("stage an empty platform", "full", "clone", f"times {clone}", faster=False),
        compared(
            "init, every object sent", "first", "archive", f"times {archive}", aim=1.5, faster=False),
    ]


def measure(bench):
    found = []
    sizes = [(1_200, 2, 5), (4_000, 2, 3)] if bench.quick else [(1_200, 2, 7), (40_000, 10, 3)]
    for count, aim, runs in sizes:
        note(f"a tree of {count} files")
        found += rows(count, Staging(bench, count).measure(runs), aim)
    return found
