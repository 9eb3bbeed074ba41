"""Turns values that are right into some that are not."""

import copy
import json
import sys

sys.setrecursionlimit(50_000)

NUMBERS = [0, -1, 1, 7, 2**31, 2**63 - 1, -(2**63), 2**63, 2**64, 10**30, 0.5, -0.5, 1e308, -1e308, 1e18]


def texts(canary):
    return [
        "", " ", "\0", "\x1b[2J\x1b]0;owned\x07", "\x9b31m\u202e\u2028\x7f\x85", "\nleapfrog: done\r",
        "a" * 70_000, "\ud800", "é" * 3000, "..", "../../../etc/passwd", "/etc/passwd", "-rf", "--help",
        f"$(touch {canary})", f"`touch {canary}`", f"; touch {canary}", f"x; run `touch {canary}`",
        f"leapfrog status acme; touch {canary}", "null", "9" * 400, "2026-01-01T00:00:00Z", "blue", "green",
        "0001-01-01T00:00:00Z", "9999999-12-31T23:59:59Z", "running", "done", "upgrade", "acme", "one.example.com",
        "0" * 40, "%s%n%@", "\\", "'\"", "*", "{", "~",
    ]


def places(value, path=()):
    """The paths of all parts of a value."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, path + (key,))


def other(value, dice, canary):
    """A value in place of another, as a rule of the same type."""
    kind = dice.random()
    if isinstance(value, bool):
        return dice.choice([not value, None, "true", 1])
    if isinstance(value, str) and kind < 0.7:
        return dice.choice(texts(canary))
    if isinstance(value, (int, float)) and kind < 0.7:
        return dice.choice(NUMBERS)
    if isinstance(value, list) and kind < 0.5:
        return dice.choice([[], value * 2, value * 300 if len(str(value)) < 2000 else value[::-1]])
    deep = []
    for _ in range(dice.choice([3, 100, 1500])):
        deep = [deep]
    return dice.choice([None, True, {}, [], "x", 3, {"x": "y"}, deep])


def mutated(value, dice, canary):
    """A copy with one to four parts replaced, taken away or doubled."""
    value = copy.deepcopy(value)
    for _ in range(dice.choice([1, 1, 1, 2, 4])):
        path = dice.choice(list(places(value)))
        if not path:
            if dice.random() < 0.05:
                value = other(value, dice, canary)
            continue
        parent = value
        for key in path[:-1]:
            parent = parent[key]
        if dice.random() < 0.1:
            del parent[path[-1]]
        else:
            parent[path[-1]] = other(parent[path[-1]], dice, canary)
    return value


def damaged(line, dice):
    """The bytes of a line with a fault that no value has."""
    at = dice.randrange(len(line) + 1)
    return dice.choice([
        line[:at], line[:at] + bytes([dice.randrange(256)]) + line[at + 1:], line[:at] + b"\xff\xfe" + line[at:],
        line + line, b"", b"\0", b"[" * 5000, line.replace(b":", b":1e999,", 1), line[:at] + b"\r" + line[at:],
    ])


def line(value, dice):
    text = json.dumps(value, ensure_ascii=dice.random() < 0.5)
    return text.encode(errors="replace")
