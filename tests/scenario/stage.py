"""The stage of the scenario tests: a place of its own for each, with fetchd, fetchctl and fetchmock as
they were built, and servers that answer whatever the test says.

A .t file is functions as tap.py says, and ends with `stage.play(globals())`.
"""
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "crash"))
import landed
import tap
from tap import ENGINES, Skip, each_engine

TOP = pathlib.Path(os.environ.get("top_builddir", ".")).resolve()
FETCHD, FETCHCTL, FETCHMOCK = (str(TOP / f"src/{name}/{name}") for name in ("fetchd", "fetchctl", "fetchmock"))
PATIENCE = 120
QUICK = {"attempts": 3, "first": "5ms", "max": "20ms"}


def until(what, patience=PATIENCE):
    """Asks what() until it says something true, and returns that."""
    deadline = time.monotonic() + patience
    while not (answer := what()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"still not so after {patience} s")
        time.sleep(0.01)
    return answer


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("fetchd", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(str(self.path))


class Place:
    """A directory with fetchd.yaml, state, data and socket, and what was started in it."""

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="fetchd-stage."))
        self.data, self.state, self.socket = self.dir / "data", self.dir / "state", self.dir / "s"
        self.settings, self.jobs, self.closers = {}, {}, []
        self.daemon, self.env, self.level = None, dict(os.environ), "debug"

    def job(self, name, url, **definition):
        """Defines a job; `url` may be a dict, the whole `request:`. Retries are quick unless told."""
        request = url if isinstance(url, dict) else {"url": url}
        self.jobs[name] = {"request": request, "retry": QUICK, **definition}
        self.write()

    def write(self):
        (self.dir / "fetchd.yaml").write_text(json.dumps({
            "state_dir": str(self.state), "data_dir": str(self.data), "socket": str(self.socket),
            "shutdown_grace": "20s", **self.settings, "jobs": self.jobs}))

    def command(self, *words):
        return [FETCHD, "-c", str(self.dir / "fetchd.yaml"), "--log-level", self.level, *words]

    def once(self, *targets):
        return subprocess.run(self.command("--once", *targets), stdin=subprocess.DEVNULL, env=self.env,
                              capture_output=True, text=True, timeout=PATIENCE)

    def spawn(self, command, **options):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=self.env, **options)
        self.closers.append(lambda: (process.kill(), process.wait()))
        return process

    def start(self, under=()):
        """The daemon, when it answers. `under` is a command that runs it."""
        self.write()
        with open(self.dir / "log", "ab") as log:
            self.daemon = self.spawn([*under, *self.command()], stdout=log, stderr=log)
        until(lambda: self.daemon.poll() is not None or self.answers())
        assert self.daemon.poll() is None, f"fetchd did not start: {self.log()[-2000:]}"

    def answers(self):
        try:
            return self.call("GET", "/v1/status")
        except OSError:
            return None

    def stop(self, signal=15):
        """Its exit status."""
        self.daemon.send_signal(signal)
        status, self.daemon = self.daemon.wait(PATIENCE), None
        return status

    def leave(self):
        """At the end of a test that went well: the daemon stops in good order, nothing leaks."""
        if self.daemon:
            self.daemon.terminate()
            try:
                self.daemon.wait(2)
            except subprocess.TimeoutExpired:
                self.daemon.terminate()  # does not wait for what is in flight
            status = self.daemon.wait(PATIENCE)
            assert status == 0, f"fetchd stopped with {status}"

    def log(self):
        return (self.dir / "log").read_text(errors="replace")

    def call(self, method, path, body=None, expect=None):
        """(status, document), or the document alone of a reply that must have the status `expect`."""
        peer = Unix(self.socket)
        try:
            peer.request(method, path, None if body is None else json.dumps(body))
            reply = peer.getresponse()
            document = json.loads(reply.read() or b"null")
        finally:
            peer.close()
        if expect is None:
            return reply.status, document
        assert reply.status == expect, f"{method} {path}: {reply.status} {document}"
        return document

    def ctl(self, *words):
        return subprocess.run([FETCHCTL, "-s", str(self.socket), *words], stdin=subprocess.DEVNULL,
                              env=self.env, capture_output=True, text=True, timeout=PATIENCE)

    def begin(self, name, **order):
        """Starts a run (and the daemon, if need be); its number."""
        if not self.daemon:
            self.start()
        return self.call("POST", f"/v1/jobs/{name}/run", order or None, expect=201)["id"]

    def info(self, run):
        return self.call("GET", f"/v1/runs/{run}", expect=200)

    def ended(self, run):
        """The document of the run when it has ended."""
        until(lambda: self.info(run)["state"] == "ended")
        return self.info(run)

    def run(self, name, **order):
        return self.ended(self.begin(name, **order))

    def failed(self, run):
        return self.call("GET", f"/v1/runs/{run}/requests?state=failed&limit=1000", expect=200)["items"]

    def rows(self, job=None):
        """All that has landed; every file must be whole."""
        return landed.rows(self.data / job if job else self.data)

    def files(self):
        return landed.data_files(self.data)

    def mock(self, *words, api=None):
        """Starts fetchmock, with routes if given; its URL."""
        if api:
            (self.dir / "mock.json").write_text(json.dumps(api))
            words = (*words, str(self.dir / "mock.json"))
        mock = self.spawn([FETCHMOCK, "-l", "127.0.0.1:0", *words], stdout=subprocess.PIPE, text=True)
        return mock.stdout.readline().split()[-1]

    def small_disk(self, where):
        """A file system of 1 MiB at `where`."""
        where.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(where)],
                          capture_output=True).returncode:
            raise Skip("nothing can be mounted here")
        self.closers.append(lambda: subprocess.run(["umount", "-l", str(where)], check=True))

    def close(self):
        for closer in reversed(self.closers):
            closer()
        shutil.rmtree(self.dir)


def play(names):
    tap.play(names, Place)
