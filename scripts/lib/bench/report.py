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


def show(rows):
    """Prints the rows; the ratio is what the last column says of leapfrog's value and the other."""
    table = [["", "leapfrog", "other", "ratio", "aim", "the ratio or value is"]]
    table += [cells(row) for row in rows]
    widths = [max(len(line[column]) for line in table) for column in range(6)]
    for line in table:
        text = line[0].ljust(widths[0])
        text += "".join(f"  {line[n].rjust(widths[n])}" for n in range(1, 4))
        print((text + f"  {line[4].ljust(widths[4])}  {line[5]}").rstrip())
