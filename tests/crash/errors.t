#!/usr/bin/env python3
"""EIO, ENOSPC, EDQUOT, EINTR and short writes at the nth call that changes a file, for n all over the
reference run: the daemon lives and all runs end complete, or it refuses to start with a sentence and
status 1; afterwards everything that was served is there once. A descriptor whose sync failed is never
used again: faults.c watches that, and forgets what was not synced.

The short form takes some 60 points; with FETCHD_LONG it takes more than 2,000. SEED repeats the choice,
POINT=eio:217 plays one.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import faulty

# Name, kind, what else, how many points in the short and in the long form.
GROUPS = [
    ("input-output-errors", "eio", {}, 6, 700),
    ("a-sync-of-data-that-fails", "eio", {"call": "fdatasync", "path": "data/"}, 5, 100),
    ("a-commit-that-fails", "eio", {"call": "fdatasync", "path": "db-wal"}, 4, 100),
    ("a-directory-that-cannot-be-synced", "eio", {"call": "fsync"}, 3, 100),
    ("a-write-that-fails", "eio", {"call": "write"}, 3, 100),
    ("a-full-disk", "enospc", {}, 4, 500),
    ("a-disk-that-stays-full-for-some-calls", "enospc", {"for": 3}, 2, 200),
    ("no-quota-left", "edquot", {}, 3, 200),
    ("interrupted-calls", "eintr", {}, 6, 500),
    ("interrupted-writes", "eintr", {"call": "write"}, 4, 100),
    ("short-writes", "short", {}, 6, 700),
    ("every-write-short", "short", {"for": 1000000}, 1, 1),
]
# The same, and a kill within some calls after the error: while it is being mended.
SOON = 12
KILLED = [
    ("an-error-and-then-a-kill", "eio", {}, 4, 400),
    ("a-full-disk-and-then-a-kill", "enospc", {}, 3, 200),
    ("a-commit-that-fails-and-then-a-kill", "eio", {"path": "db-wal", "call": "fdatasync"}, 5, 200),
]
# An error while a life recovers from a kill of the one before.
STARTING = 110  # so many calls are about what a restart makes before it goes on
RECOVERING = [
    ("an-error-during-recovery", "eio", {}, 4, 300),
    ("a-full-disk-during-recovery", "enospc", {}, 3, 200),
    ("a-kill-after-an-error-during-recovery", "eio", {"kill": 3}, 2, 100),
]
SENTENCES = ("Input/output error", "No space left on device", "Disk quota exceeded", "Interrupted system call",
             "disk I/O error", "database or disk is full", "unable to open database file", "cannot write",
             "cannot remove", "cannot make", "readonly database",
             "No such file or directory")  # SQLite tries to open what it cannot create, and tells of that


def refused_to_start(stage, status):
    """With a sentence that says why; runs that were about to go on may be told of behind it."""
    last = [line for line in stage.log().strip().split("\n")[-12:] if line.startswith("error: ")]
    return status == 1 and any(sentence in line for sentence in SENTENCES for line in last)


def may_be(sentence, hits):
    """A birth name whose unlink failed goes at the next commit, or when the output is opened again."""
    return any(call.name == "unlink" and call.path == f"data/{sentence.removesuffix(' was left behind')}"
               for call in hits)


def play(stage, point):
    if "after" in point.options:
        stage.faulty_life({"FAULT_KIND": "kill", "FAULT_AT": str(point.options["after"])})
    status, calls = stage.faulty_life(point.env())
    hits = faulty.hits_of(calls)
    wrong = [f"used after its sync had failed: {call}" for call in calls if call.what == "violation"]
    if status not in (0, -9 if "kill" in point.options else 0) and not refused_to_start(stage, status):
        wrong.append(f"the daemon ended with {status}: {stage.log()[-2000:]}")
    stage.refused.clear()
    wrong += stage.finish() + [sentence for sentence in stage.check() if not may_be(sentence, hits)]
    return hits, wrong


def groups(dice):
    for name, kind, options, short, long in GROUPS:
        total = faulty.count({"FAULT_KIND": kind, **faulty.Point(kind, 0, options).env()})
        chosen = faulty.spread(total, long if faulty.LONG else faulty.TIMES * short, dice)
        if options.get("for", 1) > total:
            chosen = [1]
        yield name, [faulty.Point(kind, at, options) for at in chosen]
    for name, kind, options, short, long in KILLED:
        total = faulty.count({"FAULT_KIND": kind, **faulty.Point(kind, 0, options).env()})
        yield name, [faulty.Point(kind, at, {**options, "kill": dice.randint(1, SOON)})
                     for at in faulty.spread(total, long if faulty.LONG else faulty.TIMES * short, dice)]
    total = faulty.count()
    for name, kind, options, short, long in RECOVERING:
        yield name, [faulty.Point(kind, dice.randint(1, STARTING), {**options, "after": at})
                     for at in faulty.spread(total, long if faulty.LONG else faulty.TIMES * short, dice)]


sys.exit(faulty.main(play, groups))
