"""Runs the measurements and prints them; see scripts/bench."""

import argparse
import json
import pathlib
import shutil
import tempfile

import files
import hosts
import mariadb
import postgresql
import report
import scale
import staging
import window
from kit import Bench, note

PARTS = {
    "staging": staging.measure, "window": window.measure, "files": files.measure,
    "scale": scale.measure, "postgresql": postgresql.measure, "mariadb": mariadb.measure,
    "ssh": hosts.measure,
}


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--products", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="smaller trees, fewer sites and runs")
    parser.add_argument("--json", metavar="FILE", help="write the figures as JSON, too")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    parser.add_argument("--directory", help="where to work (default: the temporary directory)")
    return parser.parse_args()


def main():
    options = arguments()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="leapfrog-bench-", dir=options.directory))
    try:
        bench = Bench(options.products.resolve(), directory, options.quick)
        rows = []
        for name in options.only.split(","):
            note(f"measuring: {name}")
            found = PARTS[name](bench)
            report.show(found, header=not rows)
            rows += found
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if options.json:
        document = {"machine": report.machine(), "quick": options.quick, "rows": rows}
        pathlib.Path(options.json).write_text(json.dumps(document, indent=2) + "\n")


main()
