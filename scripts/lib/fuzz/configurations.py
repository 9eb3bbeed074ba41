"""Configurations that are wrong: every mistake with its line, and exit status 2."""

import re

from kit import faults_of

PIECES = [
    ":", "- ", "&a ", "*a", "<<: *a", "!!binary ", "|", ">", "[", "]", "{", "}", "'", '"', "#", "\t", "\0", "\x1b[2J",
    "\u202e", "\u2028", "\xa0", "~", "null", "yes", "1e999", "99999999999999999999", "-1", "../..", "/", "$(id)",
    "%TAG ! x:", "---\n", "...\n", "? ", "@", "`", "\r", "x" * 5000, "[" * 2000, "{a: " * 500, "&a [*a, *a]",
    "one.example.com", "acme", "host: web1", "hosts: {}", "app: drupal", "profiles: {x: {extends: x}}", "jobs: 0",
    "sites: {}", "express: never", "canary: [x]", "database: {engine: x}", "check: {url: x}", "user: '-'",
]


def text(right, dice):
    """The bytes of a configuration with one to five changes."""
    text = right
    for _ in range(dice.choice([1, 1, 2, 3, 5])):
        lines = text.split("\n")
        at, to = dice.randrange(len(lines)), dice.randrange(len(lines))
        line = lines[at]
        column = dice.randrange(len(line) + 1)
        piece = dice.choice(PIECES)
        lines[at:at + 1] = dice.choice([
            [], [line, line], [line[:column] + piece + line[column:]], [line[:column] + piece], [piece + line],
            [line, " " * dice.randrange(12) + piece], [lines[to]], [" " * dice.randrange(4) + line], [line.strip()],
            [re.sub(r": .*", ": " + piece, line, count=1)],
        ])
        text = "\n".join(lines)
    found = text.encode(errors="replace")
    if dice.random() < 0.05:
        at = dice.randrange(len(found) + 1)
        found = found[:at] + bytes([dice.randrange(256)]) + found[at:]
    return found


def run(pair, dice, goes_on):
    count, found = 0, []
    right, path = pair.configuration.read_text(), pair.directory / "wrong.yml"
    while goes_on():
        path.write_bytes(wrong := text(right, dice))
        done = pair.run([pair.leapfrog, "webserver", "nginx", "acme", "--config", path], seconds=20)
        faults = list(faults_of(pair, done, (0, 2)))
        if done.returncode == 2 and not all(is_placed(line, path) for line in done.stderr.decode().splitlines()):
            faults.append("has a mistake without its line")
        for fault in faults:
            found.append(f"a configuration {fault}: {wrong!r} {done.stdout[-300:]!r} {done.stderr[-700:]!r}")
        count += 1
    return count, found


def is_placed(line, path):
    """Whether a line of an error tells where, or is about no line of the file."""
    line = line.removeprefix("leapfrog: ")
    return re.match(rf"{re.escape(str(path))}:\d+: ", line) or re.match(r"and \d+ more", line) \
        or "that a web server's configuration would misread" in line or "could be reached from elsewhere" in line \
        or "has no pair `acme`" in line or "acme is on several hosts" in line or "acme has no preview" in line
