"""Stands between leapfrog and leapfrog-host: writes down the requests (FUZZ_RECORD), or lies in place of the
host (FUZZ_LIES, a seed, with FUZZ_CANARY)."""

import base64
import json
import os
import random
import subprocess
import sys

import mutate


def record(line, bulk):
    with open(os.environ["FUZZ_RECORD"], "ab") as file:
        file.write(json.dumps([base64.b64encode(part).decode() for part in (line, bulk)]).encode() + b"\n")


class Liar:
    def __init__(self):
        self.dice, self.canary = random.Random(os.environ["FUZZ_LIES"]), os.environ["FUZZ_CANARY"]
        self.honest, self.answers = self.dice.choice([0, 1, 1, 1, 2, 3, 5]), 0

    def answer(self, line):
        """One in a while is right, so that the conversation gets further; the greeting mostly is. In the end all
        are: who says for ever that a release is running is believed."""
        self.answers += 1
        if self.answers > 12:
            return line
        if self.honest > 0:
            self.honest -= 1
            return line
        self.honest = self.dice.choice([0, 0, 1])
        kind = self.dice.random()
        if kind < 0.08:
            return mutate.damaged(line, self.dice)
        if kind < 0.1:
            return b"x" * (17 << 20)
        answer = json.loads(line)
        if kind < 0.25:
            text = self.dice.choice(mutate.texts(self.canary))
            failure = {"kind": self.dice.choice(["failed", "usage", "refused", "stuck", "partly", "x"]),
                       "message": self.dice.choice(mutate.texts(self.canary)), "remedy": text}
            answer = {"jsonrpc": "2.0", "id": answer.get("id"),
                      "error": {"code": -32000, "message": text, "data": failure}}
        elif "result" in answer:
            answer["result"] = mutate.mutated(answer["result"], self.dice, self.canary)
        if kind > 0.95:
            answer = mutate.mutated(answer, self.dice, self.canary)
        return mutate.line(answer, self.dice)


def main():
    host, *words = sys.argv[1:]
    if words != ["rpc"]:
        os.execv(host, [host, *words])
    liar = Liar() if "FUZZ_LIES" in os.environ else None
    child = subprocess.Popen([host, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    while line := sys.stdin.buffer.readline():
        bulk = sys.stdin.buffer.read(json.loads(line).get("bulk") or 0)
        if "FUZZ_RECORD" in os.environ:
            record(line, bulk)
        child.stdin.write(line + bulk)
        child.stdin.flush()
        answer = child.stdout.readline()
        if not answer:
            break
        sys.stdout.buffer.write(liar.answer(answer[:-1]) + b"\n" if liar else answer)
        sys.stdout.buffer.flush()
    child.stdin.close()
    child.wait()


try:
    main()
except BrokenPipeError:
    os._exit(0)
