#!/usr/bin/env python3
"""fetchd --recover killed at each call that changes a file, and run again: what is found afterwards is
what one undisturbed recovery leaves. At no moment in between does fetchd begin an empty ledger."""
import hashlib
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenario"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import faulty
import stage

STEP = 1 if faulty.LONG else 4
GOOD, BAD, GONE = "a-20261123T060000Z-1.csv", "a-20261123T060000Z-2.csv", "a-20261123T060000Z-3.csv"
TORN = "this is no database "


def line_of(name, text, run):
    return json.dumps({
        "file": name, "rows": 2, "bytes": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "runs": {str(run): 2}, "columns": ["id"], "sequence": run, "opened": "2026-11-23T06:00:00Z",
        "closed": "2026-11-23T06:00:07Z", "job": "a", "format": "csv", "compress": None,
        "raw_bytes": len(text)}) + "\n"


def snapshot(place, run, text, torn=False):
    directory = place.data / "s" / str(run)
    directory.mkdir(parents=True)
    (directory / "part-00001.csv").write_text(text.replace("1", "x") if torn else text)
    (directory / "_MANIFEST").write_text(json.dumps({
        "run": run, "job": "s", "slot": f"2026-11-23T06:00:{run:02}Z", "result": "complete", "rows": 1,
        "bytes": len(text), "columns": [], "created": "2026-11-23T07:00:00Z", "files": [{
            "file": "part-00001.csv", "rows": 1, "bytes": len(text),
            "sha256": hashlib.sha256(text.encode()).hexdigest()}]}))


def lay_out(place):
    """A damaged database, and of every kind of file one."""
    for path in (place.data, place.state):
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
    a = place.data / "a"
    a.mkdir()
    lines = ""
    for run, name in enumerate((GOOD, BAD, GONE), 1):
        text = f"id\n{run}0\n{run}1\n"
        lines += line_of(name, text, run)
        if name != GONE:
            (a / name).write_text(text.replace("1", "7") if name == BAD else text)
    (a / "a.manifest").write_text(lines)
    (a / "a.csv").write_text("id\n90\n91\n9")
    (a / "a-20261123T060000Z-5.csv.closed").write_text("id\n50\n")
    (a / "a-20261123T060000Z-5.csv.gz.packing").write_text("half")
    (a / "a-8.opening").write_text("id\n")
    snapshot(place, 7, "id\n1\n")
    snapshot(place, 8, "id\n1\n2\n", torn=True)
    (place.data / "s/latest").symlink_to("8")
    (place.data / "s/.9.staging").mkdir()
    (place.data / "s/.9.staging/rows.csv.live").write_text("id\n")
    (place.data / "s/.6.dropped").mkdir()
    (place.data / "s/.6.dropped/part-00001.csv").write_text("id\n")
    (place.state / "fetchd.db").write_text(TORN * 200)
    (place.state / "fetchd.db-wal").write_text("log")


def recover(place, **fault):
    """(status, calls counted)"""
    log = place.dir / "faults"
    log.unlink(missing_ok=True)
    env = {**place.env, "LD_PRELOAD": str(faulty.LIBRARY), "FAULT_BELOW": str(place.dir.resolve()),
           "FAULT_LOG": str(log), **fault}
    ended = subprocess.run(place.command("--recover"), env=env, capture_output=True, timeout=stage.PATIENCE)
    return ended.returncode, [call.number for call in faulty.calls_of(log)]


def data_of(place):
    """What readers see: the rows of every file with a data extension, names without their times."""
    return sorted(path.read_text() for path in place.data.rglob("*.csv")
                  if not any(part.startswith(".") for part in path.relative_to(place.data).parts))


def ledger_of(place):
    with sqlite3.connect(f"file:{place.state}/fetchd.db?mode=ro", uri=True) as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        files = db.execute("SELECT path, rows, bytes, state, runs FROM files JOIN (SELECT id AS file, "
                           "(SELECT group_concat(run) FROM file_runs WHERE file = files.id) AS runs FROM files)"
                           " ON file = id ORDER BY 1, 2, 3, 4, 5").fetchall()
        snapshots = db.execute("SELECT path, run, state, result FROM snapshots ORDER BY 1, 2").fetchall()
        numbers = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'runs'").fetchall()
        names = [row[0] for row in db.execute("SELECT name FROM files")]
    missing = [name for name in names if not (place.data / name).exists()]
    assert not missing, missing
    return files, snapshots, numbers


def expect_old_database_aside(place):
    aside = list(place.state.glob("fetchd.db.damaged-*Z"))
    assert [path.read_text()[:len(TORN)] for path in aside] == [TORN], aside
    assert [path.read_text() for path in place.state.glob("fetchd.db.damaged-*-wal")] == ["log"]
    assert not list(place.state.glob("*recovering*"))


def test_a_recovery_killed_anywhere_is_done_by_the_next(place):
    if not faulty.is_plain():
        raise stage.Skip("sanitizers want to be the first library")
    place.job("a", "http://127.0.0.1:9/")
    lay_out(place)
    status, calls = recover(place)
    assert status == 1, status
    data, ledger = data_of(place), ledger_of(place)
    assert sorted(data) == sorted(["id\n10\n11\n", "id\n50\n", "id\n90\n91\n", "id\n1\n"]), data
    expect_old_database_aside(place)
    assert calls and calls[-1] > 60, calls
    for at in range(1, calls[-1] + 1, STEP):
        lay_out(place)
        status, _ = recover(place, FAULT_KIND="kill", FAULT_AT=str(at))
        assert status == -9, (at, status)
        renewed = list(place.state.glob("fetchd.db.damaged-*-wal")) and (place.state / "fetchd.db").exists()
        if not renewed:
            refused = place.once("a")
            assert refused.returncode == 1 and "fetchd --recover" in refused.stderr, (at, refused)
        recover(place)
        assert data_of(place) == data, (at, data_of(place))
        assert ledger_of(place)[1:] == ledger[1:], (at, ledger_of(place))
        assert [row[:4] for row in ledger_of(place)[0]] == [row[:4] for row in ledger[0]], (at, ledger_of(place))
        expect_old_database_aside(place)


def damage(path, rng):
    """Something that happens to files; what it was."""
    deed = rng.choice(["flip", "cut", "append", "remove", "zeros", "link"])
    text = bytearray(path.read_bytes())
    at = rng.randrange(len(text)) if text else 0
    if deed == "flip" and text:
        text[at] ^= 1 << rng.randrange(8)
    elif deed == "zeros" and text:
        text[at:at + 512] = bytes(len(text[at:at + 512]))
    elif deed == "append":
        text += b"more"
    if deed in ("remove", "link"):
        path.unlink()
    if deed == "link":
        path.symlink_to("/etc/hostname")
    elif deed == "cut":
        os.truncate(path, at)
    elif deed != "remove":
        path.write_bytes(text)
    return f"{deed} {path} at {at}"


def unproven(place):
    """Files that the ledger vouches for and that are not as it says."""
    with sqlite3.connect(f"file:{place.state}/fetchd.db?mode=ro", uri=True) as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        listed = db.execute("SELECT name, sha256 FROM files WHERE sha256 IS NOT NULL").fetchall()
    return [name for name, sha256 in listed if (place.data / name).is_symlink() or not (place.data / name).exists()
            or hashlib.sha256((place.data / name).read_bytes()).hexdigest() != sha256]


def test_whatever_is_damaged_nothing_unproven_is_vouched_for_in_silence(place):
    place.job("a", "http://127.0.0.1:9/")
    rng = random.Random(faulty.SEED)
    print(f"# SEED={faulty.SEED}")
    for nth in range(1000 if faulty.LONG else 40):
        lay_out(place)
        assert subprocess.run(place.command("--recover"), env=place.env, capture_output=True).returncode == 1
        whole = {path: path.read_bytes() for path in place.data.rglob("*.csv") if path.is_file()}
        files = [path for path in [*place.data.rglob("*"), place.state / "fetchd.db"]
                 if path.is_file() and not path.is_symlink() and "quarantine" not in str(path)]
        done = [damage(path, rng) for path in rng.sample(files, rng.randrange(1, 3))]
        hurt = {text.split(" ")[1] for text in done}
        first = subprocess.run(place.command("--recover"), env=place.env, capture_output=True, text=True)
        told = (nth, done, first)
        assert first.returncode in (0, 1), told
        if first.returncode == 1 and "fetchd: " in first.stderr:  # refused: a newer schema, another program's
            assert "fetchd.db" in " ".join(hurt) and "nothing was changed" in first.stderr, told
            continue
        for name in unproven(place):
            assert f"{name}: missing" in first.stdout or f"{name}: differs" in first.stdout, (name, *told)
            assert first.returncode == 1, told
        for path, text in whole.items():  # what nobody hurt is there, in its place or beside it
            if str(path) not in hurt:
                assert any(other.read_bytes() == text for other in place.data.rglob("*.csv*")
                           if other.is_file()), (path, *told)
        second = subprocess.run(place.command("--recover"), env=place.env, capture_output=True, text=True)
        assert "left as it is" in second.stdout, (second, *told)


stage.play(globals())
