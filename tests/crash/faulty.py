"""Plays the reference run with a fault at one point, and says what was wrong afterwards.

A point is written KIND:N, with more after commas: `kill:217`, `kill:217,again=40` (killed once more at
the 40th call of the recovery), `eio:20,after=217` (while it recovers from a kill at call 217),
`enospc:90,for=3`, `eio:4,call=fdatasync`. faults.c knows what the kinds do.
A test that uses this prints its SEED, and for a point that failed the POINT to play it alone.
"""
import concurrent.futures
import dataclasses
import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import checker
import scene

LIBRARY = scene.TOP / "tests/crash/faults.so"
LONG = bool(os.environ.get("FETCHD_LONG"))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
AT_ONCE = int(os.environ.get("AT_ONCE", 2))
NEARER = 5  # so often a point is played that lies behind the end, ever nearer to the start
TOLD = 20  # so many failures are told of; the others are counted
TIMES = int(os.environ.get("TIMES", 1))  # how much longer the short form is
FIRST = bool(os.environ.get("FIRST"))  # the first failure is enough


@dataclasses.dataclass
class Point:
    kind: str
    at: int
    options: dict = dataclasses.field(default_factory=dict)  # for, kill, call, path; again, after

    def __str__(self):
        return ",".join([f"{self.kind}:{self.at}", *(f"{key}={value}" for key, value in self.options.items())])

    def env(self):
        names = {key: value for key, value in self.options.items() if key not in ("again", "after")}
        return {"FAULT_KIND": self.kind, "FAULT_AT": str(self.at),
                **{f"FAULT_{key.upper()}": str(value) for key, value in names.items()}}


def nearer(point):
    """The same a tenth nearer to the start: no two runs make the same number of calls."""
    back = {name: int(number) * 9 // 10 for name, number in point.options.items() if name == "after"}
    return Point(point.kind, max(1, point.at * 9 // 10), {**point.options, **back})


def point(text):
    """The Point of its text."""
    head, *options = text.split(",")
    kind, at = head.split(":")
    return Point(kind, int(at), dict(option.split("=") for option in options))


@dataclasses.dataclass
class Call:
    """A line of the library's log."""
    what: str
    number: int
    thread: int
    name: str
    result: int
    path: str
    other: str
    offset: int
    length: int

    def __str__(self):
        return f"call {self.number}: {self.name} {self.path} {self.other}".rstrip()


def calls_of(log):
    """What the library wrote."""
    for line in log.read_text(errors="replace").splitlines() if log.exists() else []:
        what, number, thread, name, result, path, other, offset, length = line.split("\t")
        yield Call(what, int(number), int(thread), name, int(result), path, other, int(offset), int(length))


def hits_of(calls):
    return [call for call in calls if call.what == "hit"]


class Stage(scene.Scene):
    """The reference run on which faults are played. Every life writes a log of the library."""

    def __init__(self, **options):
        super().__init__(**options)
        self.where = self.where.resolve()

    def faulty_life(self, env):
        """(exit status, None when it ended in time; what the library wrote)."""
        log = self.where / f"faults.{self.lives + 1}"
        status = self.life({"LD_PRELOAD": str(LIBRARY), "FAULT_BELOW": str(self.where),
                            "FAULT_LOG": str(log), **env})
        return status, list(calls_of(log))

    def check(self):
        return checker.check(self.where, self.server.log, self.kills)


def is_plain():
    """Sanitizers want to be the first library."""
    program = scene.FETCHD.read_bytes()
    return b"__asan_init" not in program and b"__tsan_init" not in program


def count(env=None):
    """The calls that can be hit in a reference run."""
    stage = Stage()
    try:
        status, calls = stage.faulty_life(env or {})
        if status != 0:
            raise SystemExit(f"Bail out! the reference run ended with {status}: {stage.log()[-2000:]}")
        return calls[-1].number
    finally:
        stage.close()


class Report:
    """Plays points, a few at once, and says in TAP how it went; a group of points is one test."""

    def __init__(self, play):
        self.play, self.tests, self.failed, self.lock = play, 0, 0, threading.Lock()
        self.began, self.played, self.bad = time.monotonic(), 0, 0  # points

    def _say(self, text):
        with self.lock:
            print("# " + text.replace("\n", "\n# "), flush=True)

    def _played(self, point):
        """True when nothing was wrong, None when the fault did not come to pass: it lay behind the end."""
        for _ in range(NEARER):
            if self.bad and FIRST:
                return None
            good = self._played_once(point)
            if good is not None:
                return good
            point = nearer(point)
        return None

    def _played_once(self, point):
        stage = Stage()
        hits, wrong = [], []
        try:
            hits, wrong = self.play(stage, point)
        except Exception as error:
            hits = [call for life in sorted(stage.where.glob("faults.*")) for call in hits_of(calls_of(life))]
            wrong = [f"{type(error).__name__}: {error}"]
        stage.close(keep=bool(wrong))
        if wrong:
            self.bad += 1
        if wrong and self.bad <= TOLD:
            self._say("\n".join([f"{point} failed at {', '.join(map(str, hits)) or 'no call'}", *wrong[:8],
                                 f"again: POINT={point} {sys.argv[0]}; kept in {stage.where}"]))
        self.played += 1
        if self.played % 500 == 0:
            self._say(f"{self.played} points played, {self.bad} failed; {time.monotonic() - self.began:.0f} s")
        return False if wrong else True if hits else None

    def group(self, name, points):
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            results = list(pool.map(self._played, points))
        bad, missed = results.count(False), results.count(None)
        self.tell(name, not bad and missed <= len(points) // 4)
        self._say(f"{len(points)} points, {bad} failed, {missed} lay behind the end; "
                  f"{time.monotonic() - began:.0f} s")

    def tell(self, name, good):
        self.tests += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.tests} - {name}", flush=True)

    def end(self):
        print(f"1..{self.tests}")
        return 1 if self.failed else 0


def spread(total, n, dice):
    """n numbers of 1..total, evenly spread from a random offset; all of them when n is as large."""
    if n >= total:
        return list(range(1, total + 1))
    step = total / n
    offset = dice.uniform(0, step)
    return [min(int(offset + i * step) + 1, total) for i in range(n)]


def main(play, groups):
    """`play(stage, point)` returns (hits, what is wrong); `groups(dice)` yields (name, points)."""
    if not is_plain():
        print("1..0 # SKIP a library under sanitizers")
        return 0
    report = Report(play)
    if os.environ.get("POINT"):
        report.group("the-point-asked-for", [point(os.environ["POINT"])])
        return report.end()
    print(f"# SEED={SEED}", flush=True)
    for name, points in groups(random.Random(SEED)):
        if os.environ.get("GROUP", "") in name:
            report.group(name, points)
    return report.end()
