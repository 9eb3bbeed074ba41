"""A MariaDB site's downtime, against a bare dump and the same update, and with many uploads."""

import shutil

import mariadbd
import trees
from files import uploads
from kit import Pair, median, note, row

DATABASE = "site"
LOGIN = '--defaults-extra-file="$LEAPFROG_SITE_DATA/my.cnf"'
CLIENT = f"mariadb {LOGIN} -BN {DATABASE}"
UPDATE = trees.SCRIPT + f"""exec {CLIENT} -e "
ALTER TABLE setting DROP COLUMN IF EXISTS note;
ALTER TABLE setting ADD COLUMN note VARCHAR(20) NOT NULL DEFAULT 'new', ALGORITHM=COPY;
UPDATE node SET title = REVERSE(title), changed = changed + 1 WHERE id <= 5000;
INSERT INTO setting (name, value) VALUES ('schema', 1) ON DUPLICATE KEY UPDATE value = 2"
"""
PENDING = trees.SCRIPT + f"""
value=$({CLIENT} -e "SELECT value FROM setting WHERE name = 'schema'")
test "$value" = 2 || exit 3
"""
DUMP = f"mariadb-dump {LOGIN} --single-transaction {DATABASE}"
# The steps that lie in a site's downtime.
CLOSED = ["close", "backup", "update", "check", "flip", "open"]
# What aegir's migrate is offline for, with a database and uploads of these sizes.
COMMON = "the common tool: 55-60 s"


class Site:
    """A pair with one site that has uploads; several share one database, and never move at once."""

    def __init__(self, bench, server, name, count, size):
        self.bench = bench
        self.count, self.size = count, size
        site = f"{name}.example.com"
        self.pair = Pair(
            bench, f"{name}pair", trees.make(bench, name, 200, UPDATE, PENDING), [site],
            extra="    express: never",
            database=f"{{engine: mariadb, name: {DATABASE}, user: {DATABASE},"
            f" socket: {server.socket}, defaults_file: my.cnf}}")
        self.data = self.pair.data(site)
        (self.data / "uploads").mkdir(parents=True)
        server.login(self.data / "my.cnf", DATABASE)
        if count:
            note(f"{count} uploads, {self.megabytes} MB")
            uploads(self.data / "uploads", count, size)
        bench.leapfrog(self.pair, "init", self.pair.name, "v1")
        # The first one copies every file.
        bench.leapfrog(self.pair, "backup", self.pair.name, timeout=600)
        self.last = bench.documents(self.pair, "events", self.pair.name)[-1]["number"]
        self.downtimes, self.steps = [], {step: [] for step in CLOSED}

    @property
    def megabytes(self):
        return self.count * self.size // 1_000_000

    def passage(self, *command):
        """Moves the site: its downtime, and the seconds of each step."""
        self.bench.run("sync")
        self.bench.leapfrog(self.pair, command[0], self.pair.name, *command[1:], timeout=600)
        events = self.bench.documents(
            self.pair, "events", self.pair.name, "--after", str(self.last))
        self.last = events[-1]["number"]
        end = next(event for event in events if event["kind"] == "site.finished")
        if end["outcome"] != "moved":
            raise SystemExit(f"{end['site']} did not move: {end}")
        seconds = {
            event["step"]: event["seconds"] for event in events if event["kind"] == "step.finished"}
        return end["downtime"], seconds

    def upgrade(self, ref):
        downtime, seconds = self.passage("upgrade", ref)
        self.downtimes.append(downtime)
        for step, times in self.steps.items():
            times.append(seconds[step])

    @property
    def downtime(self):
        return median(self.downtimes)

    def tell(self):
        """Where its downtime is spent; between the steps the journal is written."""
        steps = {step: median(times) for step, times in self.steps.items()}
        rest = self.downtime - sum(steps.values())
        note(f"downtime with {self.megabytes} MB of uploads: {self.downtime:.3f} s: " + ", ".join(
            f"{step} {seconds:.3f}" for step, seconds in [*steps.items(), ("between", rest)]))


class Bare:
    """The same dump and update by the shell."""

    def __init__(self, bench, site):
        self.bench = bench
        self.environment = {"LEAPFROG_SITE_DATA": str(site.data)}
        self.update = site.pair.root / "blue/bin/update"
        self.dumps, self.updates = [], []

    def shell(self, script):
        return self.bench.shell(script, environment=self.environment)

    def measure(self):
        self.dumps.append(
            self.bench.seconds(lambda: self.shell(f"{DUMP} | zstd -q -3 -c >bare.zst")))
        self.updates.append(self.bench.seconds(lambda: self.shell(str(self.update)), settle=False))

    @property
    def taken(self):
        return median([sum(times) for times in zip(self.dumps, self.updates)])

    def tell(self):
        note(f"bare: {self.taken:.3f} s: dump {median(self.dumps):.3f},"
             f" update {median(self.updates):.3f}")

    def size(self):
        """Of the dump, in megabytes."""
        return int(self.shell(f"{DUMP} | wc -c")) // 1_000_000

    def load(self, server):
        """How long the dump takes to be put into an empty database."""
        self.shell(f"{DUMP} | zstd -q -3 -c >bare.zst")
        server.sql(f"CREATE DATABASE {DATABASE}_empty")
        taken = self.bench.seconds(lambda: self.shell(
            f"zstd -qdc bare.zst | mariadb {LOGIN} {DATABASE}_empty"))
        server.sql(f"DROP DATABASE {DATABASE}_empty")
        return taken


def measure(bench):
    server = mariadbd.Server(bench)
    try:
        return compare(bench, server)
    finally:
        server.stop()


def compare(bench, server):
    megabytes = 28 if bench.quick else 280
    note(f"a MariaDB database of about {megabytes} MB")
    server.fill(DATABASE, megabytes)
    part = 10 if bench.quick else 1
    none = Site(bench, server, "without", 0, 0)
    some = Site(bench, server, "some", 5000 // part, 100_000)
    much = many(bench, server)
    bare = Bare(bench, some)
    size = bare.size()
    server.settle()
    sites = [site for site in [none, some, much] if site]
    for number in bench.rounds(6, budget=90):
        bare.measure()
        for site in sites[number % len(sites):] + sites[:number % len(sites)]:
            site.upgrade(f"v{2 - number % 2}")
    for told in [bare, *sites]:
        told.tell()
    return [
        against_bare(bench, some, bare, size), *added(none, much),
        way_back(some, bare, server, size)]


def many(bench, server):
    """The site with 5 GB; None where its backup would not find room."""
    size = 40_000 if bench.quick else 1_000_000
    free = shutil.disk_usage(bench.directory).free
    if free < 3 * 5000 * size:
        note(f"no uploads of {5 * size // 1000} MB: {free >> 20} MB are free")
        return None
    return Site(bench, server, "much", 5000, size)


def against_bare(bench, site, bare, size):
    """The aim is for the whole size; of a small dump what does not grow with it is a large part."""
    ratio = site.downtime / bare.taken
    meets = None if bench.quick else ratio <= 1.15
    return row(
        f"MariaDB, {size} MB, {site.megabytes} MB of uploads: downtime", site.downtime, "s",
        bare=bare.taken, ratio=ratio, aim="≤ 1.15", meets=meets,
        how=f"times mariadb-dump | zstd -3 and the update ({COMMON})")


def added(none, much):
    if much is None:
        return
    extra = much.downtime - none.downtime
    yield row(
        f"MariaDB, {much.count} uploads, {much.megabytes} MB: downtime", extra * 1000, "ms",
        aim="< 300", meets=extra < 0.3, how="added to that of the site without uploads")


def way_back(site, bare, server, size):
    load = bare.load(server)
    downtime, seconds = site.passage("rollback", "--yes")
    note(f"way back: {downtime:.3f} s: " + ", ".join(
        f"{step} {taken:.3f}" for step, taken in seconds.items()))
    return row(
        f"MariaDB, {size} MB: downtime of a rollback", downtime, "s", bare=load,
        ratio=downtime / load, how="times zstd -d | mariadb; it backs up first")
