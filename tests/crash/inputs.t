#!/usr/bin/env python3
"""A run whose parameter comes from a file, with a fault at every call on what is frozen of it: killed
before and after each, with a full disk and a failing one at each; and killed anywhere. The file is
replaced while the first run is under way. What an answered order meant is then fetched and landed once, nothing else is, and
nothing unfinished stays in the spool.

POINT=kill:3,path=/spool plays one point.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import faulty

JOBS = {"lines": {"pages": [1] * 12, "again": 5, "settings": {
    "engine": "threads", "params": {"part": {"file": "parts"}}, "output": {"format": "jsonl"}}}}
PLACE = {"path": "/spool"}


class Stage(faulty.Stage):
    def __init__(self):
        super().__init__(jobs=JOBS)

    def _write(self):
        parts = self.jobs["lines"]["again"] if self.changed else len(self.jobs["lines"]["pages"])
        (self.where / "new").write_text("".join(f"{part}\n" for part in range(parts)))
        (self.where / "new").rename(self.where / "parts")
        super()._write()

    def left_over(self):
        """One run's values may stay until the next order, two when the first run was just about to go."""
        names = [path.name for path in (self.state / "spool").iterdir()]
        bad = [name for name in names if name.startswith(".")]
        return [f"in the spool: {names}"] if bad or len(names) > 2 else []


def play(stage, point):
    status, calls = stage.faulty_life(point.env())
    if status not in (0, -9):
        return faulty.hits_of(calls), [f"the daemon ended with {status}: {stage.log()[-2000:]}"]
    return faulty.hits_of(calls), stage.finish() + stage.check() + stage.left_over()


def groups(dice):
    total = faulty.count({"FAULT_KIND": "kill", "FAULT_PATH": PLACE["path"]})
    for kind in ("kill", "killafter", "enospc", "eio"):
        points = [faulty.Point(kind, at, dict(PLACE)) for at in range(1, total + 1)]
        yield f"{kind}-at-a-call-on-frozen-inputs", points
    points = faulty.spread(faulty.count(), 200 if faulty.LONG else 12, dice)
    yield "kill-at-any-call", [faulty.Point("kill", at) for at in points]


faulty.Stage = Stage
sys.exit(faulty.main(play, groups))
