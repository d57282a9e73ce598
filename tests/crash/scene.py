"""The reference run of the crash tests: a fetchd with three jobs that can be killed at any moment and
continued, until everything it was asked for has ended.

    scene = Scene()
    scene.life(env={"LD_PRELOAD": ...})   # the daemon's exit status, -9 when it was killed
    wrong = scene.finish() + checker.check(scene.where, scene.server.log, scene.kills)

A life starts the daemon, orders over the socket what no life before it has ordered, changes the job
file and sends SIGHUP in the middle, orders the second runs under the changed definitions, waits until
all runs have ended, and stops the daemon. What a life found already answered with success and now is
gone is a sentence in scene.wrong. Shares no code with fetchd.
"""
import atexit
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ledger
import records
import shelf

TOP = pathlib.Path(os.environ.get("top_builddir", ".")).resolve()
FETCHD = TOP / "src/fetchd/fetchd"
PATIENCE = int(os.environ.get("PATIENCE", 120))
SETTLES = 10  # seconds

# One job a line: how many pages each part has, what the second run has when the file was changed (the
# number of parts), and its settings. `pages` beyond 1 are chains by cursor.
JOBS = {
    "rows": {"pages": [1, 4, 2, 5, 1, 3, 6, 2, 1, 4], "again": 3,
             "settings": {"engine": "async", "output": {
                 "format": "csv", "compress": "gzip", "rotate": {"rows": 14}}}},
    "lines": {"pages": [1] * 30, "again": 6,
              "settings": {"engine": "threads", "output": {
                  "format": "jsonl", "order": "requested", "rotate": {"rows": 11}}}},
    "array": {"pages": [12, 10, 1], "again": 2,
              "settings": {"engine": "async", "output": {
                  "format": "json", "mode": "snapshot", "rotate": {"rows": 9}}}},
    "split": {"pages": [3, 2], "again": 1,
              "settings": {"engine": "async", "output": {
                  "format": "json", "compress": "zstd", "path": "${job}/year=%Y/${part}", "rotate": {"rows": 4}}}},
}


signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is to be done at exit is done


class Dead(Exception):
    """The daemon is no more, or the driver wants no more of this life."""


@dataclasses.dataclass
class Kill:
    """What the ledger said when a life had ended before its time."""
    life: int
    ledger: object  # ledger.Ledger, or None when there was none that could be read


class Scene:
    """`where` is the directory of everything (a new one, unless given); data and state can be elsewhere,
    on disks that are going to fail: both on `disk`, or the state on `state_disk`."""

    def __init__(self, where=None, jobs=JOBS, disk=None, state_disk=None, delay=0.001):
        self.where = pathlib.Path(where or tempfile.mkdtemp(prefix="fetchd-scene."))
        self.data = pathlib.Path(disk or self.where) / "data"
        self.state = pathlib.Path(state_disk or disk or self.where) / "state"
        self.socket = self.where / "s"
        self.jobs, self.lives, self.kills, self.wrong = jobs, 0, [], []
        self.refused = []  # orders that were answered with an error
        self.daemon, self.until, self.changed = None, None, False
        self.doubtful = False  # set when the disk is about to die: what is said now proves nothing
        self.promised = {}  # (job, nth run): its id, once the daemon had said so
        atexit.register(self._reap)
        self.server = records.Server({name: job["pages"] for name, job in jobs.items()}, delay)
        self._write()

    # What is asked for.

    def _definition(self, name, job):
        revision, parts = (2, job["again"]) if self.changed else (1, len(job["pages"]))
        definition = {
            "workers": 4, "records": "/items",
            "request": {"url": f"http://127.0.0.1:{self.server.port}/{name}/{revision}/${{part}}"},
            "params": {"part": {"range": [0, parts - 1]}},
            "retry": {"attempts": 30, "first": "2ms", "max": "20ms"}, **job["settings"]}
        if max(job["pages"]) > 1:
            definition["pages"] = {"by": "cursor", "from": "/next", "param": "page"}
        return definition

    def _write(self):
        text = json.dumps({"state_dir": str(self.state), "data_dir": str(self.data), "socket": str(self.socket),
                           "jobs": {name: self._definition(name, job) for name, job in self.jobs.items()}}, indent=1)
        (self.where / "new.yaml").write_text(text)
        (self.where / "new.yaml").rename(self.where / "fetchd.yaml")

    # The conversation.

    def _alive(self):
        if self.daemon.poll() is not None or (self.until and self.until()):
            raise Dead

    def _receive(self, peer):
        peer.settimeout(0.02)
        reply, deadline = b"", time.monotonic() + PATIENCE
        while True:
            try:
                piece = peer.recv(1 << 16)
            except TimeoutError:
                self._alive()
                if time.monotonic() > deadline:
                    return b""
                continue
            if not piece:
                return reply
            reply += piece

    def call(self, method, path):
        """(status, document); Dead when the daemon ends meanwhile, or `until` says so."""
        with socket.socket(socket.AF_UNIX) as peer:
            try:
                peer.connect(str(self.socket))
                peer.sendall(f"{method} {path} HTTP/1.1\r\nHost: fetchd\r\nConnection: close\r\n"
                             "Content-Length: 0\r\n\r\n".encode())
                head, _, body = self._receive(peer).partition(b"\r\n\r\n")
                return int(head.split()[1]), json.loads(body or b"null")
            except (OSError, IndexError, ValueError):
                return 0, None

    def _wait(self, what):
        deadline = time.monotonic() + PATIENCE
        while not (answer := what()):
            self._alive()
            if time.monotonic() > deadline:
                raise TimeoutError(f"still not so after {PATIENCE} s: {what.__qualname__}; {self.log()[-2000:]}")
            time.sleep(0.004)
        return answer

    def _runs(self, name):
        """The runs of the job, oldest first."""
        status, document = self.call("GET", f"/v1/runs?job={name}")
        return document["items"][::-1] if status == 200 else None

    def _order(self, name, nth):
        """Until there is such a run: an order without an answer comes before a death, one that is refused
        while nothing can be written is given again."""
        self._wait(lambda: self._ordered(name, nth))

    def _ordered(self, name, nth):
        runs = self._runs(name)
        if runs is None or len(runs) >= nth:
            return runs is not None
        if (name, nth) in self.promised:
            self.wrong.append(f"run {self.promised.pop((name, nth))} of {name} was answered with 201 and is gone")
        status, document = self.call("POST", f"/v1/jobs/{name}/run")
        if status == 201 and not self.doubtful:
            self.promised[name, nth] = document["id"]
        elif status != 0:
            self.refused.append(f"POST run of {name}: {status} {document}")
        return status == 201

    def _change(self):
        """The job file is changed and SIGHUP sent, when a third of the requests have been served."""
        wanted = sum(sum(job["pages"]) for job in self.jobs.values()) // 3
        self._wait(lambda: self.server.good() > wanted or self._all_ended(1))
        self.changed = True
        self._write()
        self.daemon.send_signal(signal.SIGHUP)

    def _is_changed(self, name):
        status, document = self.call("GET", f"/v1/jobs/{name}")
        return status == 200 and f"/{name}/2/" in json.dumps(document).replace("\\/", "/")

    def _has_ended(self, name, nth):
        runs = self._runs(name)
        return runs is not None and len(runs) >= nth and runs[nth - 1]["state"] == "ended"

    def _all_ended(self, nth):
        return all(self._has_ended(name, nth) for name in self.jobs)

    def _settle(self):
        """Closed files are packed and listed behind the run's back; where they are not, the checker will say."""
        deadline = time.monotonic() + SETTLES
        while not self._is_settled() and time.monotonic() < deadline:
            self._alive()
            time.sleep(0.01)

    def _is_settled(self):
        try:
            found = shelf.Shelf(self.data)
            listed = {path: [json.loads(line)["file"] for line in manifest.read_text().splitlines()]
                      for path, manifest in found.manifests.items()}
        except (OSError, ValueError, shelf.Damaged):
            return False
        return (not any(path.suffix in (".closed", ".packing") for path in found.others)
                and all(len(output.closed) == len(listed.get(path, [])) for path, output in found.outputs.items()))

    def _play(self):
        self._wait(lambda: self.call("GET", "/v1/status")[0] == 200)
        for name in self.jobs:
            self._order(name, 1)
        if not self.changed:
            self._change()
        for name in self.jobs:
            self._wait(lambda: self._is_changed(name))
            self._wait(lambda: self._has_ended(name, 1))
            self._order(name, 2)
        self._wait(lambda: self._all_ended(2))
        self._settle()
        self.daemon.terminate()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self._alive()
            time.sleep(0.002)
        raise TimeoutError("fetchd does not stop")

    # Lives.

    def start(self, env=None, under=()):
        self.lives, self.doubtful = self.lives + 1, False
        self.server.life = self.lives
        command = [*under, str(FETCHD), "-c", str(self.where / "fetchd.yaml"), "--log-level", "info"]
        with open(self.where / "log", "ab") as log:
            self.daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           env={**os.environ, **(env or {})})

    def tool(self, *words):
        """fetchd with these options, to its end; what it says goes to the log. Its exit status."""
        with open(self.where / "log", "ab") as log:
            return subprocess.run([str(FETCHD), "-c", str(self.where / "fetchd.yaml"), *words], stdout=log,
                                  stderr=log, stdin=subprocess.DEVNULL, timeout=PATIENCE).returncode

    def answers(self):
        """Starts the daemon, only to hear whether it is there, and stops it; its exit status."""
        self.until = None
        self.start()
        try:
            self._wait(lambda: self.call("GET", "/v1/status")[0] == 200)
        except Dead:
            pass
        return self.end(signal.SIGTERM)

    def life(self, env=None, until=None, under=()):
        """One life. The exit status of the daemon (-9: killed by signal 9); or None when until(), which is
        asked every few milliseconds, said something true: the daemon is then as it is, see end()."""
        self.until = until
        self.start(env, under)
        try:
            self._play()
        except Dead:
            pass
        if self.daemon.poll() is None:
            return None
        return self._ended()

    def _ended(self):
        status, self.daemon = self.daemon.wait(PATIENCE), None
        self.server.settle()
        if status != 0:
            self.kills.append(Kill(self.lives, ledger.read(self.state)))
        return status

    def is_stopped(self):
        """Whether every thread stands still, by SIGSTOP: whatever call it was in is over."""
        try:
            stats = [path.read_text() for path in pathlib.Path(f"/proc/{self.daemon.pid}/task").glob("*/stat")]
        except OSError:  # a thread ended meanwhile
            return False
        return all(stat.rpartition(")")[2].split()[0] in "TZX" for stat in stats)

    def freeze(self):
        """Stops the daemon where it stands."""
        self.daemon.send_signal(signal.SIGSTOP)
        deadline = time.monotonic() + PATIENCE
        while not self.is_stopped() and time.monotonic() < deadline:
            time.sleep(0.001)

    def look(self):
        """The ledger is not what it was when the daemon was killed: its disk died with it."""
        if self.kills and self.kills[-1].life == self.lives:
            self.kills[-1].ledger = ledger.read(self.state)

    def end(self, signal_number=signal.SIGKILL):
        """Ends the daemon that a life left behind; its exit status."""
        if self.daemon is None:
            return None
        self.daemon.send_signal(signal_number)
        return self._ended()

    def finish(self):
        """The life that nobody disturbs; sentences about what went wrong in it or before."""
        self.refused = []  # what was refused while nothing could be written is no harm
        try:
            status = self.life()
        except TimeoutError as error:
            self.end()
            return [*self.wrong, str(error)]
        if status != 0:
            self.wrong.append(f"the life that nobody disturbed ended with {status}: {self.log()[-1500:]}")
        return self.wrong + self.refused

    def log(self):
        path = self.where / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _reap(self):
        """No daemon outlives the test, also when the test is told to stop."""
        if self.daemon:
            self.daemon.kill()

    def close(self, keep=False):
        """Leaves nothing behind, unless the directory is to be looked at."""
        self.end()
        atexit.unregister(self._reap)
        self.server.close()
        if not keep:
            shutil.rmtree(self.where, ignore_errors=True)
