#!/usr/bin/env python3
"""kill -9 at each fsync(2) and rename of a run whose files rotate: afterwards every closed file is
recorded, with its rows, and every record is there once. Needs strace(1)."""
import pathlib
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenario"))
import landed
import stage
from server import Server, reply

COUNT = 30
KILLS = [(call, nth) for call in ("renameat2", "fsync") for nth in range(1, 9)]


def ask(place, question):
    with sqlite3.connect(f"file:{place.state}/fetchd.db?mode=ro", uri=True) as db:
        return db.execute(question).fetchall()


def test_every_closed_file_is_recorded_wherever_it_was_killed(place):
    if not shutil.which("strace"):
        raise stage.Skip("there is no strace")
    server = Server(place, lambda r: reply({"id": int(r.path[1:])}))
    killed = 0
    for call, nth in KILLS:
        shutil.rmtree(place.data, ignore_errors=True)
        shutil.rmtree(place.state, ignore_errors=True)
        place.job("j", server.url + "/${id}", params={"id": {"range": [0, COUNT - 1]}},
                  workers=1, output={"rotate": {"rows": 5}})
        inject = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={call}:signal=KILL:when={nth}"]
        ended = subprocess.run([*inject, *place.command("--once", "j")], capture_output=True, timeout=stage.PATIENCE,
                               env={**place.env, "ASAN_OPTIONS": "detect_leaks=0"})  # it cannot under strace
        killed += ended.returncode != 0
        if ended.returncode != 0:
            assert place.once("j").returncode == 0
        runs = len(ask(place, "SELECT id FROM runs WHERE result = 'complete'"))
        wrong = landed.compare([int(row["id"]) for row in place.rows()], list(range(COUNT)) * runs)
        assert not wrong, (call, nth, wrong)
        closed = {str(path.relative_to(place.data)): len(landed.rows_of_csv(path))
                  for path in place.files() if path.name != "j.csv"}
        assert closed == dict(ask(place, "SELECT name, rows FROM files")), (call, nth, closed)
    assert killed > 3, killed


stage.play(globals())
