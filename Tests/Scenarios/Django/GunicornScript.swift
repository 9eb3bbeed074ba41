/// The project's `bin/serve`, which `open`, `close` and `refresh` run: gunicorn for one site.
enum GunicornScript {
  /// A platform's code needs a new master, because a reload (SIGHUP) stays in the old directory. Each
  /// has a socket of its own below the site's data, and a link says which is asked: so the new one
  /// answers before the old one hears of its end. What waits in the old one's queue is served first,
  /// or its end would cut it off: therefore it is asked once more, last in the queue.
  static let text = """
    import os, signal, socket, subprocess, sys, time

    DATA, PLATFORM = os.environ["LEAPFROG_SITE_DATA"], os.environ["LEAPFROG_PLATFORM"]
    RUN = os.path.join(DATA, "run")
    LINK = os.path.join(RUN, "gunicorn.sock")


    def ask(name):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(30)
            connection.connect(os.path.join(RUN, name + ".sock"))
            host = os.environ["LEAPFROG_SITE"]
            connection.sendall(f"GET / HTTP/1.0\\r\\nHost: {host}\\r\\n\\r\\n".encode())
            return b" 200 " in connection.makefile("rb").readline()


    def answers(name):
        try:
            return ask(name)
        except OSError:
            return False


    def number(name):
        # Of a master that runs; a number alone may be another process's by now.
        path = os.path.join(RUN, name + ".pid")
        try:
            pid = int(open(path).read())
            command = open(f"/proc/{pid}/cmdline").read()
            return pid if path in command.split("\\0") else None
        except (OSError, ValueError):
            return None


    def masters():
        names = [file[:-4] for file in os.listdir(RUN) if file.endswith(".pid")]
        return [name for name in names if number(name)]


    def wait(holds, what):
        end = time.monotonic() + 60
        while not holds():
            if time.monotonic() > end:
                sys.exit(what)
            time.sleep(0.02)


    def launch():
        name = f"{os.path.basename(PLATFORM)}-{os.getpid()}"
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--chdir", PLATFORM, "--workers", "2",
             "--bind", f"unix:{RUN}/{name}.sock", "--pid", f"{RUN}/{name}.pid",
             "project.wsgi:application"],
            cwd=PLATFORM, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=open(RUN + "/gunicorn.log", "a"), stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        wait(lambda: answers(name) or process.poll() is not None, "gunicorn does not answer")
        if process.poll() is not None:
            sys.exit("gunicorn has ended")
        return name


    def finish(name):
        answers(name)
        pid = number(name)
        if pid:
            os.kill(pid, signal.SIGTERM)
            wait(lambda: number(name) != pid, f"gunicorn {pid} does not end")


    def start():
        os.makedirs(RUN, exist_ok=True)
        before, name = masters(), launch()
        os.symlink(name + ".sock", LINK + ".new")
        os.rename(LINK + ".new", LINK)
        for other in before:
            finish(other)


    def stop():
        for name in masters():
            finish(name)


    {"start": start, "stop": stop}[sys.argv[1]]()

    """
}
