"""Runs the fuzzers, each for its share of the time; see scripts/fuzz."""

import argparse
import pathlib
import random
import shutil
import sys
import tempfile
import time

import configurations
import hosts
import rpc
from kit import Pair

# The later ones change the pair that the earlier ones look at.
PARTS = {"configurations": configurations, "hosts": hosts, "rpc": rpc}


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/fuzz")
    parser.add_argument("--seconds", type=float, default=30, help="for all parts together")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    parser.add_argument("--products", type=pathlib.Path, default=pathlib.Path(".build/debug"))
    return parser.parse_args()


def main():
    options = arguments()
    print(f"seed {options.seed}", flush=True)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="leapfrog-fuzz-", dir="/tmp"))
    faults, names = [], [name for name in PARTS if name in options.only.split(",")]
    pair = Pair(options.products.resolve(), directory)
    try:
        pair.make()
        for name in names:
            dice = random.Random(f"{options.seed} {name}")
            end = time.monotonic() + options.seconds / len(names)
            count, found = PARTS[name].run(pair, dice, lambda end=end: time.monotonic() < end)
            print(f"{name}: {count} tries, {len(found)} faults", flush=True)
            faults += found
    finally:
        pair.end()
        shutil.rmtree(directory, ignore_errors=True)
    for fault in faults[:20]:
        print(f"FAULT {fault}"[:4000], file=sys.stderr)
    sys.exit(1 if faults else 0)


main()
