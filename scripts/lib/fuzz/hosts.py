"""Commands of leapfrog against a host that lies."""

from concurrent.futures import ThreadPoolExecutor

from kit import SITES, faults_of

COMMANDS = [
    "status", "status acme --json", "history acme", "backups acme", "events acme", "doctor acme", "plan acme v4",
    "upgrade acme v4", "upgrade acme --continue", "rollback acme --yes", "resume acme", "abort acme",
    f"restore acme {SITES[0]} --yes", "host check local", "site list acme", f"site show acme {SITES[0]}",
    "pull acme v3", "backup acme", "events acme --output m1-install-1", "plan acme v3 --json", "events acme --follow",
]


def run(pair, dice, goes_on):
    count, found = 0, []
    # A command that meets nonsense waits a while and asks again, so several go side by side.
    with ThreadPoolExecutor(6) as pool:
        while goes_on():
            tries = [(dice.choice(COMMANDS), dice.randrange(1 << 32)) for _ in range(12)]
            for faults in pool.map(lambda one: attempt(pair, *one), tries):
                found += faults
            count += len(tries)
    return count, found


def attempt(pair, command, seed):
    lies = {"FUZZ_LIES": str(seed), "FUZZ_CANARY": str(pair.canary)}
    done = pair.run([pair.leapfrog, *command.split()], lies, seconds=30)
    return [f"{command} (lies {seed}) {fault}: {done.stdout[-700:]!r} {done.stderr[-700:]!r}"
            for fault in faults_of(pair, done, range(6))]
