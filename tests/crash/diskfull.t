#!/usr/bin/env python3
"""A disk that is full for a while, in the middle of the reference run: the daemon lives, answers, and says
what is the matter; no run ends and none fails; when there is room again it goes on by itself, fetches
nothing twice, and every record is there once.

The short form keeps the disk full for SECONDS=2, with FETCHD_LONG for 60.
"""
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import checker
import disk
import scene

SECONDS = float(os.environ.get("SECONDS", 60 if os.environ.get("FETCHD_LONG") else 2))
PATIENCE = 30
FULL = ("No space left on device", "database or disk is full")


def until(what, sentence):
    deadline = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > deadline:
            raise TimeoutError(sentence)
        time.sleep(0.01)


def told(stage):
    """How often the daemon has said that the disk is full."""
    return sum(stage.log().count(sentence) for sentence in FULL)


def watch(stage, seconds):
    """For so long: the daemon answers, and its runs are held. Sentences."""
    deadline, answered, wrong = time.monotonic() + seconds, 0, []
    ended = {run["id"] for run in stage.call("GET", "/v1/runs")[1]["items"] if run["state"] == "ended"}
    while time.monotonic() < deadline and not wrong:
        status, document = stage.call("GET", "/v1/runs")
        if stage.call("GET", "/v1/status")[0] != 200 or status != 200:
            wrong.append("the daemon does not answer while the disk is full")
            continue
        answered += 1
        for run in document["items"]:
            if run["requests"]["failed"] or (run["state"] == "ended" and run["id"] not in ended):
                wrong.append(f"on a full disk: run {run['id']} is {run['state']} {run['result']} {run['requests']}")
        time.sleep(0.05)
    return wrong if wrong or answered > seconds else ["the daemon hardly answered"]


class Trouble(threading.Thread):
    """Fills the disk when the run is in its middle, and frees it when `then` has been done."""

    def __init__(self, stage, store, then):
        super().__init__(daemon=True)
        self.stage, self.store, self.then, self.wrong = stage, store, then, []
        self.start()

    def run(self):
        try:
            until(lambda: self.stage.server.good() > 15, "nothing is fetched")
            self.store.fill()
            until(lambda: told(self.stage), "the daemon does not tell that the disk is full")
            self.wrong += self.then(self.stage)
        except (TimeoutError, scene.Dead) as error:
            self.wrong.append(f"{type(error).__name__}: {error}")
        finally:
            self.store.drain()


def heals(stage, store):
    """Full for a while, with the daemon alive throughout."""
    trouble = Trouble(stage, store, lambda stage: watch(stage, SECONDS))
    status = stage.life()
    trouble.join()
    if status != 0:
        trouble.wrong.append(f"the daemon ended with {status}: {stage.log()[-1500:]}")
    if stage.lives != 1 or "landing works again" not in stage.log():
        trouble.wrong.append("the daemon does not say that landing works again")
    return trouble.wrong


def is_stopped(stage, store):
    """SIGTERM while it is full, twice, as an impatient administrator does: it ends, and loses nothing."""
    def stop(stage):
        for _ in range(2):
            if daemon := stage.daemon:
                daemon.terminate()
            time.sleep(0.1)
        until(lambda: stage.daemon is None or stage.daemon.poll() is not None, "the daemon does not stop")
        return []
    trouble = Trouble(stage, store, stop)
    status = stage.life()
    trouble.join()
    return trouble.wrong + ([] if status == 0 else [f"told to stop, the daemon ended with {status}"])


def is_killed(stage, store):
    """kill -9 while it is full, and a start on the full disk: that waits, or is refused with a sentence."""
    def kill(stage):
        before = told(stage)
        stage.daemon.kill()
        until(lambda: stage.lives == 2 and (told(stage) > before or stage.daemon is None), "no second life")
        return []
    trouble = Trouble(stage, store, kill)
    stage.life()
    status = stage.life()
    refused = status == 1 and any(sentence in stage.log().strip().rsplit("\n", 1)[-1] for sentence in FULL)
    trouble.join()
    if status != 0 and not refused:
        trouble.wrong.append(f"started on a full disk, the daemon ended with {status}: {stage.log()[-1500:]}")
    return trouble.wrong


def main():
    try:
        disk.private()
        small, large = disk.Disk("small", 16), disk.Disk("large")
    except disk.Unable as why:
        print(f"1..0 # SKIP {why}")
        return 0
    places = {"all": (small, small), "the-data": (small, large), "the-state": (large, small)}
    plays = [(heals, what) for what in places] + [(is_stopped, "all"), (is_killed, "all")]
    failed = False
    print(f"1..{len(plays)}", flush=True)
    for number, (play, what) in enumerate(plays, 1):
        small.empty(), large.empty()
        data, state = places[what]
        stage = scene.Scene(disk=data.top, state_disk=state.top, delay=0.01)
        wrong = play(stage, small)
        wrong += stage.finish() + checker.check(stage.where, stage.server.log, stage.kills)
        failed = failed or bool(wrong)
        title = f"the-disk-of-{what}-is-full-and-{play.__name__.replace('_', '-')}"
        print(f"{'not ok' if wrong else 'ok'} {number} - {title}", flush=True)
        for sentence in wrong:
            print("# " + sentence.replace("\n", "\n# "), flush=True)
        if wrong:
            print(f"# kept in {stage.where}")
            disk.run("cp", "-a", small.top, large.top, stage.where)
        stage.close(keep=bool(wrong))
    small.close(), large.close()
    return 1 if failed else 0


sys.exit(main())
