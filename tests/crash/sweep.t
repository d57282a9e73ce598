#!/usr/bin/env python3
"""kill -9 at the nth call that changes a file, for n all over the reference run: before the call, after
it, and once more while the next life recovers. Then a life that nobody disturbs, and everything that was
served is there once.

The short form takes some 80 points; with FETCHD_LONG it takes all, and 500 double kills, or POINTS of each
kind. SEED repeats the choice, POINT=kill:217 plays one, AT_ONCE says how many are played at a time.
"""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import faulty

SHORT, DOUBLES = 20, 500
# Where a kill matters most, so that the short form does not leave it to chance; the long one has all anyway.
# Name, kind, calls, points.
CHOSEN = [
    ("killed-before-a-rename", "kill", {"call": "rename"}, 10),
    ("killed-after-a-rename", "killafter", {"call": "rename"}, 6),
    ("killed-after-a-line-of-a-manifest", "killafter", {"call": "write", "path": "manifest"}, 5),
    ("killed-while-a-snapshot-is-published", "killafter", {"call": "rename", "path": "staging"}, 5),
    ("killed-after-a-snapshot-has-its-name", "killafter", {"call": "rename", "path": ".staging$"}, 5),
]
STARTING = 90  # so many calls are about what a restart makes before it goes on


STAGED = 0  # the ledger's word for a snapshot that nobody may see


def seen_too_early(stage):
    """What was published, though no commit said that it would be."""
    book = stage.kills[-1].ledger
    return [f"run {row['run']} of {row['path']} is published and the ledger does not know"
            for row in (book.snapshots if book else [])
            if row["state"] == STAGED and (stage.data / row["path"] / str(row["run"])).exists()]


def play(stage, point):
    lives = [point.env()]
    if "again" in point.options:
        lives.append({"FAULT_KIND": "kill", "FAULT_AT": str(point.options["again"])})
    hits = []
    for env in lives:
        status, calls = stage.faulty_life(env)
        hits += faulty.hits_of(calls)
        if status not in (0, -9):
            return hits, [f"the daemon ended with {status}: {stage.log()[-2000:]}"]
        if status == 0:
            break
        if wrong := seen_too_early(stage):
            return hits, wrong
    return hits, stage.finish() + stage.check()


def double(dice, total):
    """Half of the second kills come while the restart finds out what is there."""
    first = dice.randint(1, total)
    rest = STARTING if dice.random() < 0.5 else total - first + STARTING
    return faulty.Point(dice.choice(["kill", "killafter"]), first, {"again": dice.randint(1, rest)})


def groups(dice):
    total = faulty.count()
    print(f"# {total} calls")
    for kind in ("kill", "killafter"):
        points = faulty.spread(total, int(os.environ.get("POINTS", total)) if faulty.LONG else faulty.TIMES * SHORT, dice)
        yield f"killed-{'before' if kind == 'kill' else 'after'}-a-call", [faulty.Point(kind, at) for at in points]
    for name, kind, options, n in CHOSEN:
        there = faulty.count({"FAULT_KIND": kind, **faulty.Point(kind, 0, options).env()})
        if there > 0:
            yield name, [faulty.Point(kind, at, options) for at in faulty.spread(there, faulty.TIMES * n, dice)]
    yield "killed-again-while-it-recovered", [double(dice, total) for _ in range(DOUBLES if faulty.LONG else SHORT // 2)]


sys.exit(faulty.main(play, groups))
