"""Code on a host over SSH: staged, and released as a whole, against copying and deployment tools."""

import deployers
import trees
from kit import Pair, median, note, row
from sshd import NAME

SITE = "site.example.com"


def measure(bench, server):
    count, changed = (1200, 240) if bench.quick else (5000, 1000)
    note(f"a tree of {count} files, of which every tag changes {changed}")
    code = Code(bench, server, count, changed)
    return code.staged() + code.released()


class Code:
    """A repository, and a pair on the host whose only site has neither a database nor commands."""

    tags = 7

    def __init__(self, bench, server, count, changed):
        self.bench, self.server, self.changed = bench, server, changed
        self.repository = trees.make(bench, "code", count, changed=changed, tags=self.tags)
        self.pair = Pair(bench, "codepair", self.repository, [SITE], database=None, host=NAME)
        data = self.pair.data(SITE)
        data.mkdir(parents=True)
        (data / "settings").touch()
        self.leapfrog("init", "v1")

    def leapfrog(self, command, ref, *options):
        self.bench.leapfrog(
            self.pair, command, self.pair.name, ref, *options,
            environment=self.server.environment)

    def stage(self, ref):
        self.leapfrog("upgrade", ref, "--stage-only")

    def staged(self):
        """Rows for the changed files alone, brought to where the others are."""
        self.stage("v1")
        copies = Copies(self.bench, self.server, self.repository, self.changed)
        steps = {"leapfrog": (self.stage, self.pair.root / "green")} | copies.steps()
        times = {name: [] for name in steps}
        for number in self.bench.rounds(6):
            ref = f"v{2 - number % 2}"
            copies.prepare(ref)
            self.turn(number, ref, steps, times)
        return self.rows(f"SSH: stage {self.changed} changed files", times)

    def released(self):
        """Rows for whole releases; what a tool does only once is over when they are measured."""
        tools = {
            "Capistrano": deployers.Capistrano(self.bench, self.server, self.repository),
            "an Ansible playbook": deployers.Ansible(self.bench, self.server, self.repository)}
        try:
            return self.compare(tools)
        finally:
            for tool in tools.values():
                tool.close()

    def compare(self, tools):
        for tool in tools.values():
            tool.deploy("v1")
        steps = {
            "leapfrog": (
                lambda ref: self.leapfrog("upgrade", ref), self.pair.root / "live" / SITE),
        } | {name: (tool.deploy, tool.current) for name, tool in tools.items()}
        times = {name: [] for name in steps}
        for number in self.bench.rounds(self.tags - 1, budget=60):
            self.turn(number, f"v{number + 2}", steps, times)
        return self.rows(
            f"SSH: release of {self.changed} changed files", times, {"Capistrano": 10})

    def turn(self, number, ref, steps, times):
        """Measures each step once, and looks whether the code got where it has to; every round begins
        with another, because what was written and removed before one is felt in it."""
        names, first = list(steps), number % len(steps)
        for name in names[first:] + names[:first]:
            step, place = steps[name]
            times[name].append(self.bench.seconds(lambda: step(ref)))
            self.prove(place, ref)

    def prove(self, place, ref):
        """The last of the files that every tag changes has to be as it is in this one."""
        path = list(trees.paths(self.changed))[-1]
        wanted = self.bench.run("git", f"--git-dir={self.repository}", "show", f"{ref}:{path}")
        if (place / path).read_text() != wanted:
            raise SystemExit(f"{place} is not at {ref}")

    @staticmethod
    def rows(what, times, aims=None):
        medians = {name: median(values) for name, values in times.items()}
        ours, aims = medians.pop("leapfrog"), aims or {}
        found = []
        for name, taken in medians.items():
            ratio, aim = taken / ours, aims.get(name)
            found.append(row(
                what, ours, "s", bare=taken, ratio=ratio, aim=aim and f"≥ {aim}",
                meets=aim and ratio >= aim, how=f"faster than {name}"))
        return found


class Copies:
    """Other ways to get the changed files of a checked out tree into one on the host."""

    def __init__(self, bench, server, repository, changed):
        self.bench = bench
        self.directory = bench.directory / "copies"
        self.directory.mkdir()
        (self.directory / "changed").write_text(
            "".join(f"{path}\n" for path in trees.paths(changed)))
        bench.run("git", "clone", "-q", "-b", "v1", repository, self.directory / "tree")
        (self.directory / "tree/.git").rename(self.directory / "git")
        for name in ["rsync", "scp", "tar"]:
            bench.run("rsync", "-a", self.directory / "tree/", self.directory / name)
        self.ssh, self.configuration = server.command, server.configuration

    def prepare(self, ref):
        """Checks a tag out: all of it, and the changed files alone."""
        self.bench.shell(
            f"git --git-dir=git --work-tree=tree checkout -q {ref};"
            " mkdir -p part; tar c -C tree -T changed | tar x --overwrite -C part",
            cwd=self.directory)

    def steps(self):
        """Each copies the tag that was prepared."""
        here = self.directory
        return {
            "rsync -a --delete": self.step(
                f"rsync -a --delete -e '{self.ssh}' tree/ {NAME}:{here}/rsync/", "rsync"),
            "scp -r of these": self.step(
                f"scp -qrF {self.configuration} part/. {NAME}:{here}/scp", "scp"),
            "tar c | ssh HOST tar x of these": self.step(
                f"tar c -C tree -T changed | {self.ssh} {NAME} tar x -C {here}/tar", "tar"),
        }

    def step(self, script, place):
        return lambda ref: self.bench.shell(script, cwd=self.directory), self.directory / place
