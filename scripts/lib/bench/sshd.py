"""An OpenSSH server of its own on loopback, and the host `box` that OpenSSH's clients reach there."""

import contextlib
import getpass
import os
import pathlib
import shutil
import socket
import subprocess
import time

NAME = "box"
SERVER = """
ListenAddress 127.0.0.1
Port {port}
HostKey {directory}/host_key
AuthorizedKeysFile {directory}/key.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxSessions 1000
MaxStartups 1000
SetEnv HOME={home}
Subsystem sftp internal-sftp
"""
CLIENT = """
Host {name}
  HostName 127.0.0.1
  Port {port}
  User {user}
  IdentityFile {directory}/key
  IdentitiesOnly yes
  UserKnownHostsFile {directory}/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
"""


def free_port():
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Server:
    """A server whose sessions have a home directory of their own."""

    def __init__(self, bench):
        self.bench = bench
        self.directory = bench.directory / "sshd"
        self.directory.mkdir()
        self.home = self.directory / "home"
        self.home.mkdir()
        self.port, self.user = free_port(), getpass.getuser()
        self.key, self.configuration = self.directory / "key", self.directory / "ssh_config"
        self.client = ["ssh", "-F", self.configuration]
        self.environment = {"LEAPFROG_SSH_CONFIG": str(self.configuration)}
        for name in ["host_key", "key"]:
            bench.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.directory / name)
        self.write()
        self.process = self.start()
        self.wait()

    def write(self):
        """The configurations of both sides."""
        values = {
            "name": NAME, "port": self.port, "user": self.user, "directory": self.directory,
            "home": self.home}
        (self.directory / "sshd_config").write_text(SERVER.format(**values))
        self.configuration.write_text(CLIENT.format(**values))
        public = (self.directory / "host_key.pub").read_text()
        (self.directory / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {public}")

    def start(self):
        if os.getuid() == 0:
            # What the service would have made at boot.
            pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        # It starts itself again for every connection, so it has to know its whole path.
        program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
        with open(self.directory / "log", "wb") as log:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", program, "-D", "-e", "-f",
                 self.directory / "sshd_config"],
                cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)

    def wait(self):
        end = time.monotonic() + 10
        while subprocess.run(
                [*self.client, NAME, "true"], check=False, stdin=subprocess.DEVNULL,
                capture_output=True).returncode:
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise SystemExit(
                    "the SSH server did not start:\n" + (self.directory / "log").read_text())
            time.sleep(0.1)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def ssh(self, *arguments):
        return self.bench.run(*self.client, *arguments)

    @property
    def command(self):
        """The client as a part of a shell's line."""
        return f"ssh -F {self.configuration}"

    @contextlib.contextmanager
    def master(self):
        """The socket of a connection that stays open while it is used."""
        path = self.directory / "master"
        with subprocess.Popen(
                [*self.client, "-NM", "-S", path, NAME], stdin=subprocess.DEVNULL) as process:
            try:
                while not path.exists() and process.poll() is None:
                    time.sleep(0.05)
                # Without it ssh would connect anew, in silence.
                self.ssh("-S", path, "-O", "check", NAME)
                yield path
            finally:
                process.terminate()
