"""Tools that deploy over SSH into a new directory, and switch a link to it."""

from sshd import NAME

CAPFILE = """
require "capistrano/setup"
require "capistrano/deploy"
require "capistrano/scm/git"
install_plugin Capistrano::SCM::Git
"""
DEPLOY = """
set :application, "code"
set :repo_url, "file://{repository}"
set :deploy_to, "{directory}/root"
set :tmp_dir, "{directory}"
set :keep_releases, 2
set :branch, ENV.fetch("BRANCH")
"""
STAGE = """
server "127.0.0.1", user: "{user}", roles: %w[app], ssh_options: {{
  port: {port}, keys: ["{key}"], keys_only: true, auth_methods: ["publickey"], config: false,
  verify_host_key: :never
}}
"""
SETTINGS = """
[defaults]
gathering = explicit
home = {directory}/home
remote_tmp = {directory}/remote
interpreter_python = /usr/bin/python3
[ssh_connection]
pipelining = True
ssh_args = -F {configuration} -o ControlMaster=auto -o ControlPersist=60s -o ControlPath={master}
"""
PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - name: code
      ansible.builtin.git:
        repo: file://{repository}
        dest: {directory}/root/releases/{{{{ ref }}}}
        version: "{{{{ ref }}}}"
        depth: 1
    - name: link
      ansible.builtin.file:
        src: {directory}/root/releases/{{{{ ref }}}}
        dest: {directory}/root/current
        state: link
"""


class Capistrano:
    """As `cap install` leaves it, with git; the host has its own mirror of the repository."""

    def __init__(self, bench, server, repository):
        self.bench, self.server = bench, server
        self.directory = bench.directory / "capistrano"
        self.current = self.directory / "root/current"
        stages = self.directory / "config/deploy"
        stages.mkdir(parents=True)
        (self.directory / "Capfile").write_text(CAPFILE)
        (self.directory / "config/deploy.rb").write_text(
            DEPLOY.format(repository=repository, directory=self.directory))
        (stages / "production.rb").write_text(
            STAGE.format(user=server.user, port=server.port, key=server.key))

    def deploy(self, ref):
        self.bench.run(
            "cap", "production", "deploy", cwd=self.directory,
            environment={"BRANCH": ref, "HOME": str(self.server.home)})

    def close(self):
        pass


class Ansible:
    """A playbook of two tasks, with what is commonly done to make Ansible fast."""

    def __init__(self, bench, server, repository):
        self.bench, self.server = bench, server
        self.directory = bench.directory / "ansible"
        self.directory.mkdir()
        self.current = self.directory / "root/current"
        self.master = self.directory / "master"
        (self.directory / "inventory").write_text(f"{NAME}\n")
        (self.directory / "ansible.cfg").write_text(SETTINGS.format(
            directory=self.directory, configuration=server.configuration, master=self.master))
        (self.directory / "deploy.yml").write_text(
            PLAYBOOK.format(directory=self.directory, repository=repository))

    def deploy(self, ref):
        self.bench.run(
            "ansible-playbook", "-i", "inventory", "-e", f"ref={ref}", "deploy.yml",
            cwd=self.directory,
            environment={
                "ANSIBLE_CONFIG": str(self.directory / "ansible.cfg"), "LC_ALL": "C.UTF-8",
                "HOME": str(self.server.home)})

    def close(self):
        """Ends the connection that is kept for the next playbook."""
        if self.master.exists():
            self.server.ssh("-S", self.master, "-O", "exit", NAME)
