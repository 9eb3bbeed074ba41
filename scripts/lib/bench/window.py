"""A site's downtime, against the same backup and update run bare by the shell."""

import shutil

import databases
import trees
from kit import Pair, median, note, row

# The same backup: copied, made to last, hashed, proven.
BARE = """
rm -f copy.sqlite
sqlite3 {database} ".backup copy.sqlite"
sync copy.sqlite
sha256sum copy.sqlite > copy.sha256
sqlite3 copy.sqlite "PRAGMA integrity_check" | grep -qx ok
./bin/update
./bin/pending
"""


def downtimes(bench, pair, after):
    """The downtime of each site that moved after an event, in seconds, and the last event."""
    events = bench.documents(pair, "events", pair.name, "--after", str(after))
    moved = [event for event in events if event["kind"] == "site.finished"]
    for event in moved:
        if event["outcome"] != "moved":
            raise SystemExit(f"{event['site']} did not move: {event}")
    return [event["downtime"] for event in moved if event.get("downtime")], events[-1]["number"]


class Window:
    """A pair with sites whose databases have one size."""

    def __init__(self, bench, name, megabytes, sites):
        self.bench = bench
        self.repository = trees.make(bench, name, 200)
        self.sites = [f"s{number}.example.com" for number in range(sites)]
        self.pair = Pair(bench, f"{name}pair", self.repository, self.sites)
        master = bench.directory / f"{name}.sqlite"
        databases.make(master, megabytes)
        for site in self.sites:
            database = self.database(site)
            database.parent.mkdir(parents=True)
            shutil.copy(master, database)
        bench.leapfrog(self.pair, "init", self.pair.name, "v1")

    def database(self, site):
        return self.pair.data(site) / "data/site.sqlite"

    def bare(self, site):
        """How long the same takes without leapfrog, on the same database."""
        script = BARE.format(database=self.database(site))
        work = self.bench.directory / "bare"
        work.mkdir(exist_ok=True)
        if not (work / "bin").exists():
            shutil.copytree(self.pair.root / "blue/bin", work / "bin")
        data = {"LEAPFROG_SITE_DATA": str(self.pair.data(site))}
        return self.bench.seconds(
            lambda: self.bench.shell(script, cwd=work, environment=data))

    def measure(self, rounds):
        """Medians of rounds that take turns: with leapfrog, and bare."""
        ours, bare, last = [], [], 0
        for number in self.bench.rounds(rounds, budget=15):
            bare += [self.bare(site) for site in self.sites]
            self.bench.run("sync")
            self.bench.leapfrog(self.pair, "upgrade", self.pair.name, f"v{2 - number % 2}")
            times, last = downtimes(self.bench, self.pair, last)
            ours += times
        return median(ours), median(bare)


def measure(bench):
    found = []
    for name, megabytes, sites, rounds in [("small", 0.1, 8, 4), ("large", 100, 2, 4)]:
        note(f"a database of {megabytes} MB")
        ours, bare = Window(bench, name, megabytes, sites).measure(2 if bench.quick else rounds)
        extra = ours - bare
        found.append(row(
            f"{megabytes} MB: a site's downtime", ours, "s", bare=bare, ratio=ours / bare,
            how="times backup, check, update, pending run bare"))
        found.append(row(
            f"{megabytes} MB: of that leapfrog's own", extra * 1000, "ms", aim="≤ 60",
            meets=extra <= 0.06, how="downtime less the bare commands"))
    return found
