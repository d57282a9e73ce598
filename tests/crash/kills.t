#!/usr/bin/env python3
"""kill -9 at random moments, start again, and every record is there once.

Each story is one job (an engine, a format, single requests or chains by cursor or link, files that
rotate every few rows): `fetchd --once` is killed at random until it is let through, then all files are
read back. KILLS sets how many kills in all (default 40; 400 with FETCHD_LONG), SEED repeats a run.
"""
import itertools
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import api
import landed

TOP = pathlib.Path(os.environ.get("top_builddir", "."))
FETCHD = TOP / "src/fetchd/fetchd"
KILLS = int(os.environ.get("KILLS", 400 if os.environ.get("FETCHD_LONG") else 40))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
KILLS_A_STORY = 5

STYLES = {
    "one": ("/one/a?id=${id}", {"id": {"range": [0, 299]}}, {}, "", range(300)),
    "cursor": ("/list/${part}", {"part": {"range": [0, 9]}},
               {"by": "cursor", "from": "/next_cursor", "param": "cursor"}, "/items", range(400)),
    "link": ("/linked/${part}", {"part": {"range": [0, 9]}}, {"by": "link"}, "/items", range(400)),
}


def job(server, engine, fmt, style):
    url, params, pages, records, _ = STYLES[style]
    definition = {
        "engine": engine,
        "workers": 8,
        "request": {"url": f"http://127.0.0.1:{server.port}{url}", "timeout": "5s"},
        "params": params,
        "retry": {"attempts": 20, "first": "5ms", "max": "50ms"},
        "output": {"format": fmt, "rotate": {"rows": 60}},
    }
    if pages:
        definition["pages"] = pages
    if records:
        definition["records"] = records
    return {"jobs": {"story": definition}}


def once(where, kill_after):
    """One life of fetchd; None when it was killed, else its exit status."""
    command = [str(FETCHD), "-c", str(where / "fetchd.yaml"), "--log-level", "error", "--once", "story"]
    with open(where / "log", "ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            return process.wait(kill_after)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None


def runs_of(where):
    """A kill may come when the run has ended and the process has not: the next life is a new run."""
    with sqlite3.connect(f"file:{where}/state/fetchd.db?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM runs WHERE result = 'complete'").fetchone()[0]


def story(server, combination, dice, where):
    """Returns (kills, sentences about what is wrong)."""
    engine, fmt, style = combination
    (where / "fetchd.yaml").write_text(json.dumps({
        "state_dir": str(where / "state"), "data_dir": str(where / "data"), **job(server, *combination)}))
    kills = 0
    while kills < KILLS_A_STORY:
        status = once(where, dice.uniform(0.02, 0.6))
        if status is not None:
            break
        kills += 1
    else:
        status = once(where, 60)
    if status != 0:
        return kills, [f"the run that was let through ended with {status}: "
                       + (where / "log").read_text(errors="replace")[-600:]]
    try:
        expected = list(STYLES[style][4]) * runs_of(where)
        found = [int(row["n"]) for row in landed.rows(where / "data")]
    except (ValueError, KeyError) as error:
        return kills, [str(error)]
    return kills, landed.compare(found, expected)


def main():
    dice = random.Random(SEED)
    server = api.Api(SEED)
    print(f"# SEED={SEED} KILLS={KILLS}", flush=True)
    combinations = list(itertools.product(("async", "threads"), ("csv", "jsonl"), STYLES))
    stories = kills = failed = 0
    for combination in itertools.cycle(combinations):
        if kills >= KILLS and stories >= len(combinations):
            break
        if stories > KILLS * 3:
            break
        where = pathlib.Path(tempfile.mkdtemp(prefix="fetchd-kills."))
        began = time.monotonic()
        killed, wrong = story(server, combination, dice, where)
        stories += 1
        kills += killed
        failed += bool(wrong)
        name = "-".join(combination)
        print(f"{'not ok' if wrong else 'ok'} {stories} - {name}-killed-{killed}-times", flush=True)
        for sentence in wrong:
            print("# " + sentence.replace("\n", "\n# "))
        if wrong:
            print(f"# kept in {where} ({time.monotonic() - began:.1f} s)")
        else:
            shutil.rmtree(where)
    stories += 1
    print(f"{'ok' if kills > 0 else 'not ok'} {stories} - {kills}-kills-hit-a-running-fetchd")
    print(f"1..{stories}")
    return 1 if failed or not kills else 0


sys.exit(main())
