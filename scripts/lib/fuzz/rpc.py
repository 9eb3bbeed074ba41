"""Requests of a controller that are wrong, said to `leapfrog-host rpc` as an account that may change nothing
but the pair."""

import base64
import json
import os
import subprocess

import mutate
from kit import faults_of


def run(pair, dice, goes_on):
    count, found = 0, []
    switch = []
    if os.geteuid() == 0:
        # What is asked for can be done: in a root that is made up, too.
        subprocess.run(["chown", "-R", "nobody:", str(pair.directory)], check=True)
        switch = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    asked = [[base64.b64decode(part) for part in json.loads(line)] for line in pair.record.open()]
    while goes_on():
        requests = [request(asked, dice, pair) for _ in range(dice.choice([1, 3, 10]))]
        process = subprocess.Popen(
            [*switch, str(pair.real), "rpc"], cwd=pair.directory, env=pair.environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            output, error = process.communicate(b"".join(requests), timeout=30)
            status = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            output, error = process.communicate()
            status = None
        done = subprocess.CompletedProcess([], status, b"", error)
        faults = list(faults_of(pair, done, range(6)))
        faults += [f"answered {line[:200]!r}" for line in output.splitlines() if not is_answer(line)]
        for fault in faults:
            said = b"".join(requests)
            found.append(f"leapfrog-host rpc {fault}: {said[:1500]!r} {error[-700:]!r}")
        count += len(requests)
    return count, found


def request(asked, dice, pair):
    line, bulk = dice.choice(asked)
    kind = dice.random()
    if kind < 0.1:
        return mutate.damaged(line[:-1], dice) + b"\n" + bulk
    if kind < 0.2 and bulk:
        return line + mutate.damaged(bulk[:100_000], dice)
    value = json.loads(line)
    if kind > 0.3:
        value["params"] = mutate.mutated(value.get("params"), dice, pair.canary)
    if kind > 0.9:
        value = mutate.mutated(value, dice, pair.canary)
    return mutate.line(value, dice) + b"\n" + bulk


def is_answer(line):
    try:
        answer = json.loads(line)
    except ValueError:
        return False
    return isinstance(answer, dict) and ("result" in answer) != ("error" in answer)
