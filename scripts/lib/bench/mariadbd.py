"""A MariaDB server of its own, and a site's database in it."""

import array
import os
import random
import shutil
import subprocess
import time

PASSWORD = "bench"
TABLES = """
CREATE TABLE node (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, title VARCHAR(255) NOT NULL,
  body MEDIUMTEXT, changed INT UNSIGNED NOT NULL DEFAULT 0, KEY (title), KEY (changed));
CREATE TABLE revision (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, node INT UNSIGNED NOT NULL,
  body MEDIUMTEXT, KEY (node));
CREATE TABLE comment (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, node INT UNSIGNED NOT NULL,
  body TEXT, KEY (node));
CREATE TABLE cache (id VARCHAR(64) PRIMARY KEY, data LONGBLOB);
CREATE TABLE setting (name VARCHAR(64) PRIMARY KEY, value VARCHAR(255) NOT NULL);
INSERT INTO setting SELECT CONCAT('setting', seq), seq FROM seq_1_to_500;
INSERT INTO setting VALUES ('schema', '2');
"""


class Words:
    """Text whose words are as unequally frequent as those of a language."""

    def __init__(self):
        random_ = random.Random(1)
        syllables = (
            "an be co da ed fi ge hi in jo ka lo me no or pa qui re st tu un ver wa yl").split()
        words = ["".join(random_.choices(syllables, k=random_.randint(1, 5))) for _ in range(6000)]
        self.pool = random_.choices(
            words, weights=[1 / (rank + 3) for rank in range(len(words))], k=1 << 16)

    def text(self, count):
        return " ".join(map(self.pool.__getitem__, array.array("H", os.urandom(2 * count))))


def rows(words, megabytes):
    """The values of rows for each table; a dump of them all has about that size."""
    for number in range(143 * megabytes):
        yield "node (title, body)", f"'{words.text(6)}','<p>{words.text(400)}</p>'"
        yield "revision (node, body)", f"{number},'<p>{words.text(400)}</p>'"
    for number in range(230 * megabytes):
        yield "comment (node, body)", f"{number % 1000},'{words.text(60)}'"
    for number in range(7 * megabytes):
        data = words.text(300).encode() + os.urandom(2000)
        yield "cache", f"'cache:{number}',x'{data.hex()}'"


def inserts(megabytes):
    """Statements of about half a megabyte."""
    waiting = {}
    for table, values in rows(Words(), megabytes):
        parts = waiting.setdefault(table, [])
        parts.append(f"({values})")
        if len(parts) == 200:
            yield f"INSERT INTO {table} VALUES {','.join(waiting.pop(table))};\n"
    for table, parts in waiting.items():
        yield f"INSERT INTO {table} VALUES {','.join(parts)};\n"


class Server:
    """A server with MariaDB's own defaults; its socket is the only way in."""

    def __init__(self, bench):
        self.bench = bench
        self.directory = bench.directory / "mariadb"
        self.directory.mkdir()
        shutil.chown(self.directory, "mysql", "mysql")
        # Whoever looks for the socket has to get there.
        bench.directory.chmod(0o755)
        self.socket = self.directory / "s"
        data = self.directory / "data"
        bench.run(
            "mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db",
            f"--tmpdir={self.directory}", "--auth-root-authentication-method=normal", "--user=mysql")
        self.process = subprocess.Popen(
            ["setpriv", "--reuid", "mysql", "--regid", "mysql", "--init-groups", "--pdeathsig",
             "KILL", shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin"),
             "--no-defaults", f"--datadir={data}", f"--socket={self.socket}", "--skip-networking",
             f"--pid-file={self.directory}/pid", f"--tmpdir={self.directory}"],
            cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.client = [
            "mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "--batch",
            "--skip-column-names"]
        self.wait()

    def wait(self):
        end = time.monotonic() + 60
        while subprocess.run(
                [*self.client, "-e", "SELECT 1"], check=False, capture_output=True).returncode:
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise SystemExit("the MariaDB server did not start")
            time.sleep(0.1)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def sql(self, sql, database="mysql"):
        return self.bench.run(*self.client, database, "-e", sql).strip()

    def fill(self, name, megabytes):
        """Makes a database, and a user of its name with every right that a way back uses."""
        self.sql(
            f"CREATE DATABASE {name} CHARACTER SET utf8mb4;"
            f" CREATE USER {name}@localhost IDENTIFIED BY '{PASSWORD}';"
            f" GRANT ALL ON {name}.* TO {name}@localhost;"
            f" GRANT ALL ON `{name}\\_empty`.* TO {name}@localhost;"
            f" GRANT ALL ON `leapfrog\\_aside\\_%`.* TO {name}@localhost")
        self.sql(f"SET GLOBAL innodb_flush_log_at_trx_commit = 0; {TABLES}", name)
        with subprocess.Popen([*self.client, name], stdin=subprocess.PIPE, text=True) as client:
            for statement in inserts(megabytes):
                client.stdin.write(statement)
        if client.returncode != 0:
            raise SystemExit(f"the database {name} could not be filled")
        self.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
        self.settle()

    def settle(self):
        """Waits until the disk has what was written, so that nothing measured pays for it."""
        self.sql("SET GLOBAL innodb_io_capacity = 20000; SET GLOBAL innodb_max_dirty_pages_pct = 0")
        end = time.monotonic() + 30
        while time.monotonic() < end and int(self.sql(
                "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS"
                " WHERE VARIABLE_NAME = 'Innodb_buffer_pool_pages_dirty'")) > 50:
            time.sleep(0.2)
        self.sql(
            "SET GLOBAL innodb_io_capacity = DEFAULT; SET GLOBAL innodb_io_capacity_max = DEFAULT;"
            " SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT")

    def login(self, path, name):
        """Writes what a client needs to log in to a database."""
        path.touch(mode=0o600)
        path.write_text(
            f"[client]\nuser={name}\npassword={PASSWORD}\nsocket={self.socket}\n")
