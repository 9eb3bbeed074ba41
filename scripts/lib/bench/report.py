"""The table."""

import os
import platform


def machine():
    return {"cores": os.cpu_count(), "kernel": platform.release()}


def number(value, unit):
    if value is None:
        return ""
    return f"{value:.3f} {unit}" if unit == "s" else f"{value:.0f} {unit}"


def verdict(row):
    if row["meets"] is None:
        return ""
    return f"{'met' if row['meets'] else 'MISSED'} ({row['aim']})"


def cells(row):
    ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
    return [
        row["what"], number(row["value"], row["unit"]), number(row["bare"], row["unit"]), ratio,
        verdict(row), row["how"],
    ]


HEADER = ["", "leapfrog", "other", "ratio", "aim", "the ratio or value is"]
WIDTHS = [44, 10, 10, 6, 16, 0]


def show(rows, header):
    """Prints the rows; the last column says what the ratio of leapfrog's value and the other is."""
    for line in ([HEADER] if header else []) + [cells(row) for row in rows]:
        padded = [
            cell.rjust(width) if 0 < column < 4 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, WIDTHS))]
        print("  ".join(padded).rstrip(), flush=True)
