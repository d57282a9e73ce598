#!/usr/bin/env python3
"""The order of writes, syncs, renames and commits, read off a trace of every call: what no kill can show,
because the kernel keeps what was written, and only a power loss would lose.

A commit is a sync of the ledger's write-ahead log after frames were written to it. The rules, each for
the thread that commits:
  synced      a commit finds no data file with bytes that are not on the disk
  entered     a commit finds no directory with a new name that is not on the disk
  named       what gets a name by a rename has all its bytes on the disk, whoever wrote them
  intended    a file is created, or gets its closed name, only after a commit that says so
  swept       a name is removed only after a commit that does not need it any more
Traces are of the reference run, and of lives after a kill. SEED repeats the choice of kills.
"""
import os
import pathlib
import random
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import faulty

RECOVERIES = 30 if faulty.LONG else 4  # of each kind
FRAMES = 32  # where they begin, behind the log's header
WAL = "state/fetchd.db-wal"


class Trace:
    """Walks the calls of one life. `broken` holds (rule, sentence); `seen` counts what each rule judged."""

    def __init__(self, calls):
        self.broken, self.seen = [], dict.fromkeys(("synced", "entered", "named", "intended", "swept"), 0)
        self.commits, self.frames = 0, False
        self.bytes, self.names = {}, {}       # file or directory: the call since which it is not synced
        self.alias, self.named, self.synced = {}, {}, {}  # by path: commits when it was linked, synced
        self.closed = {}                      # by stem: commits when a file got its closed name
        for call in calls:
            if call.what == "call" and call.result >= 0:
                self.step(call)

    def judge(self, rule, good, sentence):
        self.seen[rule] += 1
        if not good:
            self.broken.append((rule, sentence))

    def file(self, path):
        path = path.removesuffix(" (deleted)")
        return self.alias.get(path, path)

    def step(self, call):
        if call.path == WAL:
            self.log(call)
        elif call.path in (".", "data") or call.path.startswith("data/"):
            getattr(self, "on_" + call.name, lambda call: None)(call)

    def log(self, call):
        if call.name == "pwrite" and call.offset >= FRAMES:
            self.frames = True
        elif call.name == "fdatasync" and self.frames:
            self.frames = False
            self.commits += 1
            for rule, changed in (("synced", self.bytes), ("entered", self.names)):
                late = [str(change) for change in changed.values() if change.thread == call.thread]
                self.judge(rule, not late, f"{call} commits before it is on the disk: {', '.join(late)}")

    # Bytes.

    def on_write(self, call):
        self.bytes[self.file(call.path)] = call

    on_writev = on_pwrite = on_ftruncate = on_write

    def on_fdatasync(self, call):
        self.bytes.pop(self.file(call.path), None)
        self.names.pop(call.path, None)
        self.synced[self.file(call.path)] = self.commits

    on_fsync = on_fdatasync

    # Names.

    def enter(self, path, call):
        self.names[os.path.dirname(path) or "."] = call

    def on_mkdir(self, call):
        self.enter(call.path, call)

    def on_openat(self, call):
        if call.length & os.O_CREAT:
            self.enter(call.path, call)
        if call.path.endswith(".opening"):
            self.alias.pop(call.path, None)
            since = self.commits - self.closed.get(stem_of(call.path), -1)
            self.judge("intended", since >= 2, f"{call} creates a file without a commit that says so")

    def on_link(self, call):
        if call.path in self.bytes:
            self.bytes[call.other] = self.bytes.pop(call.path)
        self.alias[call.path] = call.other
        self.named[call.path] = self.commits
        self.enter(call.other, call)

    def on_symlink(self, call):
        self.enter(call.path, call)

    def on_rename(self, call):
        late = [str(change) for path, change in self.bytes.items() if is_at_or_below(path, call.path)]
        self.judge("named", not late, f"{call} names what is not on the disk: {', '.join(late)}")
        for changed in (self.bytes, self.names):
            for path in [path for path in changed if is_at_or_below(path, call.path)]:
                changed[call.other + path[len(call.path):]] = changed.pop(path)
        self.enter(call.other, call)
        if call.path.endswith(".packing"):
            self.named[re.sub(r"\.(gz|zst)$", ".closed", call.other)] = self.commits
        elif re.search(r"-\d{8}T\d{6}Z-\d+\.\w+(\.closed)?$", call.other):
            # one commit for the rows that were synced last, one for the name
            since = self.commits - self.synced.pop(call.path, -1)
            self.closed[stem_of(call.other)] = self.commits
            self.judge("intended", since >= 2, f"{call} renames without a commit that says so")

    def on_unlink(self, call):
        if call.path in self.named:
            since = self.commits - self.named[call.path]
            self.judge("swept", since >= 1, f"{call} is removed before the commit that makes it needless")


def is_at_or_below(path, top):
    return path == top or path.startswith(top + "/")


def stem_of(path):
    """The output's path, from the name of one of its files."""
    return re.sub(r"(-\d{8}T\d{6}Z)?-\d+\.\w+(\.closed)?$", "", path)


def trace(stage):
    status, calls = stage.faulty_life({"FAULT_TRACE": "1"})
    if status != 0:
        raise RuntimeError(f"the run ended with {status}: {stage.log()[-2000:]}")
    return calls


def undisturbed():
    stage = faulty.Stage()
    try:
        return trace(stage)
    finally:
        stage.close()


def recovery(point):
    stage = faulty.Stage()
    try:
        stage.faulty_life(point.env())
        return trace(stage)
    finally:
        stage.close()


def kills(calls, dice):
    """Anywhere."""
    for at in faulty.spread(calls[-1].number, RECOVERIES, dice):
        point = faulty.Point("kill", at)
        yield str(point), recovery(point)


def cuts(calls, dice):
    """After rows were appended that no commit knows: restarts that cut them off, as many as wanted."""
    appends = sum(call.name == "write" and call.path.startswith("data/") for call in calls)
    seen = 0
    for at in dice.sample(range(1, appends + 1), min(appends, 8 * RECOVERIES)):
        point = faulty.Point("killafter", at, {"call": "write", "path": "data/"})
        found = recovery(point)
        if any(call.name == "ftruncate" and call.path.startswith("data/") for call in found):
            seen += 1
            yield str(point), found
        if seen == RECOVERIES:
            return


def without(calls, unwanted):
    return [call for call in calls if not unwanted(call)]


def early(calls, wanted):
    """The calls, each wanted one moved before what was committed last before it."""
    moved = []
    for call in calls:
        at = len(moved)
        if wanted(call):
            for _ in range(2):
                at = max((i for i in range(at) if moved[i].path == WAL and moved[i].name == "fdatasync"), default=0)
        moved.insert(at, call)
    return moved


# How the trace of an undisturbed run is spoilt, and the rule that must tell.
SPOILT = [
    ("without-syncs-of-data", "synced",
     lambda calls: without(calls, lambda c: c.name == "fdatasync" and c.path.startswith("data/"))),
    ("without-syncs-of-data-before-a-name", "named",
     lambda calls: without(calls, lambda c: c.name == "fdatasync" and c.path.startswith("data/"))),
    ("without-syncs-of-directories", "entered",
     lambda calls: without(calls, lambda c: c.name == "fsync" and c.path.startswith("data"))),
    ("with-renames-before-the-intent", "intended",
     lambda calls: early(calls, lambda c: c.name == "rename" and c.path.startswith("data/"))),
    ("with-files-created-before-the-intent", "intended",
     lambda calls: early(calls, lambda c: c.name == "openat" and c.path.endswith(".opening"))),
    ("without-syncs-of-the-ledger", "intended",
     lambda calls: without(calls, lambda c: c.name == "fdatasync" and c.path == WAL)),
    ("with-names-removed-before-the-commit", "swept",
     lambda calls: early(calls, lambda c: c.name == "unlink" and c.path.endswith(".opening"))),
]


def main():
    if not faulty.is_plain():
        print("1..0 # SKIP a library under sanitizers")
        return 0
    dice = random.Random(faulty.SEED)
    print(f"# SEED={faulty.SEED}")
    whole = undisturbed()
    traces = {"undisturbed": Trace(whole)}
    for point, calls in [*kills(whole, dice), *cuts(whole, dice)]:
        traces[f"after {point}"] = Trace(calls)
    report = faulty.Report(None)
    for rule in traces["undisturbed"].seen:
        broken = [f"{name}: {sentence}" for name, trace in traces.items()
                  for which, sentence in trace.broken if which == rule]
        print(f"# {rule}: judged {sum(trace.seen[rule] for trace in traces.values())} times")
        for sentence in broken[:8]:
            print(f"# {sentence}")
        report.tell(f"in-order-{rule}", not broken and traces["undisturbed"].seen[rule] > 0)
    report.tell("restarts-that-cut-rows-off-were-among-them", len(traces) > 1 + RECOVERIES)
    for name, rule, spoil in SPOILT:
        report.tell(f"a-trace-{name}-is-told",
                    rule in {which for which, _ in Trace(spoil(whole)).broken})
    return report.end()


sys.exit(main())
