"""A host over SSH: requests, uploads and releases, against the other ways to do the same there."""

import json
import shutil

import releases
import sshd
from kit import median, note, row
from sshd import NAME


def measure(bench):
    server = sshd.Server(bench)
    try:
        host = Host(bench, server)
        host.upload()
        return requests(bench, server, host) + uploads(bench, server, host) + releases.measure(
            bench, server)
    finally:
        server.stop()


class Host:
    """The server as leapfrog knows it."""

    def __init__(self, bench, server):
        self.bench, self.server = bench, server

    def document(self, *arguments):
        return json.loads(self.bench.run(
            self.bench.products / "leapfrog", "host", *arguments, "--json",
            environment=self.server.environment))

    def request(self):
        """The seconds of one request."""
        return self.document("check", NAME)["round_trip"]

    def upload(self):
        """The bytes a second at which leapfrog's executable gets there; its name is its contents, so
        it is sent only where it is missing."""
        shutil.rmtree(self.server.home / ".local/share/leapfrog", ignore_errors=True)
        self.bench.run("sync")
        upload = self.document("add", NAME, "--yes")["upload"]
        return upload["bytes"] / upload["seconds"]


def requests(bench, server, host):
    note("requests")
    calls, ours, others = 20, [], []
    with server.master() as path:
        script = f"for _ in $(seq {calls}); do {server.command} -nS {path} {NAME} true; done"
        for _ in bench.rounds(7, budget=20):
            ours.append(host.request())
            others.append(bench.seconds(lambda: bench.shell(script), settle=False) / calls)
    ours, others = median(ours), median(others)
    return [row(
        "SSH: a request", ours * 1e6, "µs", bare=others * 1e6, ratio=others / ours, aim="≥ 20",
        meets=others / ours >= 20, how="faster than ssh HOST true with an open ControlMaster")]


def uploads(bench, server, host):
    source = bench.products / "leapfrog-host"
    size = source.stat().st_size
    note(f"uploads of {size // 1_000_000} MB")
    target = bench.directory / "upload"
    scripts = {
        "ssh HOST 'cat >FILE'": f"{server.command} {NAME} 'cat >{target}' <{source}",
        "scp": f"scp -qF {server.configuration} {source} {NAME}:{target}",
        "rsync": f"rsync -e '{server.command}' {source} {NAME}:{target}",
    }
    ours, connections, times = [], [], {name: [] for name in scripts}
    for _ in bench.rounds(7, budget=60):
        ours.append(host.upload())
        connections.append(bench.seconds(lambda: server.ssh(NAME, "true")))
        for name, script in scripts.items():
            times[name].append(bench.seconds(lambda: bench.shell(script)))
            target.unlink()
    ours, connection = median(ours), median(connections)
    rates = {name: size / (median(taken) - connection) for name, taken in times.items()}
    return [
        row(
            f"SSH: upload of {size // 1_000_000} MB", ours / 1e6, "MB/s", bare=rate / 1e6,
            ratio=ours / rate, aim=aim, meets=None if aim is None else ours / rate >= 0.7,
            how=f"times the rate of {name}, without connecting")
        for (name, rate), aim in zip(rates.items(), ["≥ 0.7", None, None])]
