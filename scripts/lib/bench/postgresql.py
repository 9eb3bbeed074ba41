"""Ways to back up a PostgreSQL database and to go back, against each other on a server of its own."""

import pathlib
import shutil
import subprocess
import time

from kit import median, note, row

FILL = """
CREATE TABLE node (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text, body text);
INSERT INTO node (title, body) SELECT 'node ' || i, (SELECT string_agg(
  md5(i::text || '.' || j::text), ' ') FROM generate_series(1, 28) j)
  FROM generate_series(1, {rows}) i;
CREATE INDEX ON node (title);
CREATE TABLE revision (id bigserial PRIMARY KEY, node bigint REFERENCES node, body text);
INSERT INTO revision (node, body) SELECT id, body FROM node;
CREATE INDEX ON revision (node);
CHECKPOINT;
"""


class Server:
    """A cluster that syncs to the disk as a real one does; its socket is the only way in."""

    def __init__(self, bench):
        self.bench = bench
        self.directory = bench.directory / "postgresql"
        self.directory.mkdir()
        shutil.chown(self.directory, "postgres", "postgres")
        # Whoever looks for the socket has to get there.
        bench.directory.chmod(0o755)
        programs = sorted(
            pathlib.Path("/usr/lib/postgresql").iterdir(), key=lambda path: float(path.name))[-1]
        self.become = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        bench.run(
            *self.become, programs / "bin/initdb", "-D", self.directory / "data", "-A", "trust",
            "-U", "postgres", "--locale=C.UTF-8", cwd="/")
        self.process = subprocess.Popen(
            [*self.become, "--pdeathsig", "KILL", programs / "bin/postgres", "-D",
             self.directory / "data", "-k", self.directory, "-h", "", "-p", "5432"],
            cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.environment = {"PGHOST": str(self.directory), "PGUSER": "postgres"}
        while subprocess.run(
                [programs / "bin/pg_isready", "-q", "-h", self.directory], check=False).returncode:
            if self.process.poll() is not None:
                raise SystemExit("the PostgreSQL server did not start")
            time.sleep(0.1)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def sql(self, *statements, database="postgres"):
        arguments = [part for statement in statements for part in ("-c", statement)]
        return self.bench.run(
            "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, *arguments,
            environment=self.environment)

    def shell(self, script):
        return self.bench.shell(script, environment=self.environment)

    def seconds(self, body, rounds=3, after=lambda: None):
        """The median of several times."""
        times = []
        for _ in range(rounds):
            times.append(self.bench.seconds(body))
            after()
        return median(times)


def measure(bench):
    server = Server(bench)
    try:
        return compare(bench, server)
    finally:
        server.stop()


def compare(bench, server):
    server.sql("CREATE DATABASE site")
    server.sql(FILL.format(rows=22_000 if bench.quick else 220_000), database="site")
    size = f"{int(server.sql('SELECT pg_database_size($$site$$)')) >> 20} MB"
    note(f"a PostgreSQL database of {size}")
    dump, level3 = dumps(server)
    copy, dirty = copies(server)
    rename, load, parallel = returns(server)
    return [
        row(f"PostgreSQL, {size}: dump, zstd -1", dump, "s", bare=level3, ratio=dump / level3,
            how="times a dump with zstd -3"),
        row(f"PostgreSQL, {size}: dump", dump, "s", bare=copy, ratio=dump / copy,
            how="times a copy by TEMPLATE with nothing to be written out"),
        row(f"PostgreSQL, {size}: dump", dump, "s", bare=dirty, ratio=dump / dirty,
            how="times a copy by TEMPLATE after a third was changed"),
        row(f"PostgreSQL, {size}: load from a pipe", load, "s", bare=parallel,
            ratio=load / parallel, how="times unpacking and pg_restore -j2"),
        row(f"PostgreSQL, {size}: both renames", rename, "s", bare=load, ratio=rename / load,
            how="times the load that leapfrog does before them"),
    ]


def dumps(server):
    script = "pg_dump -Fc -Z0 -d site | zstd -q -{level} -c >{level}.zst && sync {level}.zst"
    return [
        server.seconds(lambda: server.shell(script.format(level=level))) for level in (1, 3)]


def copies(server):
    make = "CREATE DATABASE copy TEMPLATE site STRATEGY file_copy"
    drop = "DROP DATABASE IF EXISTS copy"
    clean = server.seconds(lambda: server.sql(make), after=lambda: server.sql(drop))
    times = []
    for _ in range(3):
        server.sql("UPDATE node SET title = title WHERE id % 3 = 0", database="site")
        times.append(server.bench.seconds(lambda: server.sql(make), settle=False))
        server.sql(drop)
    return clean, median(times)


def returns(server):
    again = "DROP DATABASE IF EXISTS back"
    load = server.seconds(lambda: server.shell(
        "createdb -T template0 back && zstd -qdc 1.zst | pg_restore --exit-on-error -d back"),
        after=lambda: server.sql(again))
    parallel = server.seconds(lambda: server.shell(
        "createdb -T template0 back && zstd -qdf 1.zst -o 1.dump"
        " && pg_restore -j2 --exit-on-error -d back 1.dump"),
        after=lambda: server.sql(again))
    server.sql("CREATE DATABASE back TEMPLATE template0")

    def exchange(one, two, three):
        server.sql(
            f"BEGIN; ALTER DATABASE {one} RENAME TO {three}; ALTER DATABASE {two} RENAME TO {one};"
            f" ALTER DATABASE {three} RENAME TO {two}; COMMIT")

    rename = server.seconds(lambda: exchange("site", "back", "aside"))
    return rename, load, parallel
