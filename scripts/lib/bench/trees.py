"""Synthetic repositories: a tree like a Drupal site's, in one packed repository with tags."""

import random
import subprocess

WORDS = (
    "function return public static array string null entity field render build form state value "
    "config service manager plugin access node user cache theme query table storage handler event"
).split()
SUFFIXES = [".php"] * 5 + [".inc", ".module", ".yml", ".twig", ".js", ".css", ".svg"]
SCRIPT = "#!/bin/sh\nset -eu\n"
UPDATE = SCRIPT + (
    'exec sqlite3 "$LEAPFROG_SITE_DATA/data/site.sqlite" '
    "'UPDATE post SET slug = lower(title) WHERE id <= 10; PRAGMA user_version = 2'\n")
PENDING = SCRIPT + (
    'test "$(sqlite3 "$LEAPFROG_SITE_DATA/data/site.sqlite" \'PRAGMA user_version\')" = 2 || exit 3\n')


def lines(random_):
    """Lines of code that the files are put together from, so that a pack finds something to share."""
    return [
        "    " * random_.randint(0, 3) + " ".join(random_.choices(WORDS, k=random_.randint(3, 9)))
        + f" ${random_.randrange(16**6):x};\n"
        for _ in range(20_000)
    ]


def size(random_):
    """About 6 KB on average: many small files, some large, a few of 100 KB and more."""
    return min(int(random_.lognormvariate(7.9, 1.25)) + 60, 400_000)


def contents(random_, pool):
    wanted, parts, length = size(random_), ["<?php\n"], 6
    while length < wanted:
        start = random_.randrange(len(pool) - 40)
        part = "".join(pool[start:start + random_.randint(5, 40)])
        parts.append(part)
        length += len(part)
    return "".join(parts)[:wanted].encode()


def paths(count):
    """Modules of 25 files in a few directories each, below core and contributed code."""
    kinds = ["core/modules", "core/lib", "modules/contrib", "themes/contrib", "vendor"]
    folders = ["", "src/", "src/Form/", "templates/", "config/install/", "tests/src/Unit/"]
    for number in range(count):
        module = number // 25
        kind, folder = kinds[module % len(kinds)], folders[number % len(folders)]
        suffix = SUFFIXES[(number * 7) % len(SUFFIXES)]
        yield f"{kind}/module_{module}/{folder}file_{number}{suffix}"


class Importer:
    """Writes commits for `git fast-import`."""

    def __init__(self, repository):
        self.git = subprocess.Popen(
            ["git", f"--git-dir={repository}", "fast-import", "--quiet", "--done"],
            stdin=subprocess.PIPE)

    def write(self, data):
        self.git.stdin.write(data)

    def commit(self, tag, files):
        """`files` are pairs of a path and its contents, on top of what is there already."""
        self.write("commit refs/heads/main\ncommitter b <b@example.com> 0 +0000\n".encode())
        self.write(f"data {len(tag)}\n{tag}\n".encode())
        for path, data in files:
            mode = "100755" if path.startswith("bin/") else "100644"
            self.write(f"M {mode} inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
        self.write(f"reset refs/tags/{tag}\nfrom refs/heads/main\n\n".encode())

    def finish(self):
        self.write(b"done\n")
        self.git.stdin.close()
        if self.git.wait() != 0:
            raise SystemExit("git fast-import failed")


def make(bench, name, count, update=UPDATE, pending=PENDING, changed=1, tags=2):
    """A bare repository with `count` files and the tags v1, v2 and so on, each of which changes the
    same files."""
    repository = bench.directory / f"{name}.git"
    bench.run("git", "init", "-q", "--bare", "-b", "main", repository)
    random_ = random.Random(count)
    pool = lines(random_)
    importer = Importer(repository)
    files = ((path, contents(random_, pool)) for path in paths(count - 2))
    importer.commit("v1", files)
    importer.commit("v1", [("bin/update", update.encode()), ("bin/pending", pending.encode())])
    for number in range(2, tags + 1):
        importer.commit(
            f"v{number}", ((path, contents(random_, pool)) for path in paths(changed)))
    importer.finish()
    bench.run("git", f"--git-dir={repository}", "repack", "-adq")
    return repository
