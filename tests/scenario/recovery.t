#!/usr/bin/env python3
"""Files that fetchd wrote itself, their ledger lost: fetchd --recover finds every one by its manifest, and
the daemon goes on from there as if it knew them all along."""
import gzip
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import stage
from server import Server, reply

TORN = b"this is no database, and there never was one here at all "


def recover(place):
    ended = subprocess.run(place.command("--recover"), env=place.env, capture_output=True, text=True,
                           timeout=stage.PATIENCE)
    return ended.returncode, ended.stdout + ended.stderr


def manifest(place):
    return [json.loads(line) for line in (place.data / "j/j.manifest").read_text().splitlines()]


def lines_are_true(place):
    entries = manifest(place)
    for entry in entries:
        text = (place.data / "j" / entry["file"]).read_bytes()
        assert len(text) == entry["bytes"] and hashlib.sha256(text).hexdigest() == entry["sha256"], entry
    return entries


def jobs(place, **output):
    server = Server(place, lambda r: reply({"id": int(r.path[1:])}))
    place.job("j", server.url + "/${id}", params={"id": {"range": [0, 29]}}, workers=1,
              output={"rotate": {"rows": 8}, "compress": "gzip", **output})
    place.job("s", server.url + "/${id}", params={"id": {"range": [0, 4]}}, output={"mode": "snapshot"})


def lose_the_ledger(place):
    (place.state / "fetchd.db").write_bytes(TORN * 100)


def ids(place, pattern):
    found = []
    for path in place.data.glob(pattern):
        if path.suffix == ".quarantine":
            continue  # a copy that was not listed yet, of an original that is there
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found += [int(line) for line in text.decode().split()[1:]]
    return sorted(found)


def test_all_that_was_listed_is_known_again_and_what_was_not_is_listed_next(place):
    jobs(place)
    place.run("j")
    place.run("s")
    stage.until(lambda: len(manifest(place)) == 3)
    assert place.stop() == 0
    names = [entry["file"] for entry in manifest(place)]
    lose_the_ledger(place)
    status, report = recover(place)
    assert status == 0, report
    for name in names:
        assert f"j/{name}: kept" in report, report
    assert "j/j.csv: truncated: 0 bytes cut off, 6 rows left" in report, report
    assert "s/s/2/part-00001.csv: kept" in report, report
    assert (place.data / "s/s/latest").readlink() == pathlib.Path("2")
    place.start()
    assert place.run("j")["id"] == 3  # numbers go on
    place.run("s")
    stage.until(lambda: len(manifest(place)) == 7)  # the recovered one, and three new ones
    entries = lines_are_true(place)
    assert len({entry["sequence"] for entry in entries}) == len(entries), entries
    assert [entry["file"] for entry in entries[:3]] == names
    assert "recovered" in entries[3]["note"] and entries[3]["rows"] == 6, entries[3]
    assert ids(place, "j/*.csv*") == sorted(2 * list(range(30)))
    assert (place.data / "s/s/latest").readlink() == pathlib.Path("4")
    assert place.stop() == 0
    status, report = recover(place)
    assert status == 0 and "left as it is" in report and "truncated" not in report.split("; files")[0], report


def test_a_file_that_is_not_as_its_manifest_says_goes_aside_and_the_rest_stays(place):
    jobs(place, compress="none")
    place.run("j")
    stage.until(lambda: len(manifest(place)) == 3)
    assert place.stop() == 0
    names = [entry["file"] for entry in manifest(place)]
    hurt = place.data / "j" / names[1]
    hurt.write_bytes(hurt.read_bytes().replace(b"9", b"7"))
    lose_the_ledger(place)
    status, report = recover(place)
    assert status == 1 and f"j/{names[1]}: quarantined: its SHA-256" in report, report
    assert ids(place, "j/*.csv") == [n for n in range(30) if not 8 <= n < 16]
    assert len(manifest(place)) == 2
    place.start()
    place.run("j")
    stage.until(lambda: len(manifest(place)) == 6)
    lines_are_true(place)
    assert place.stop() == 0
    assert recover(place)[0] == 0


def test_snapshots_go_on_to_be_kept_and_removed(place):
    jobs(place)
    place.job("s", place.jobs["s"]["request"], params={"id": {"range": [0, 4]}},
              output={"mode": "snapshot", "keep": {"files": 2}})
    for _ in range(2):
        place.run("s")
    assert place.stop() == 0
    lose_the_ledger(place)
    status, report = recover(place)
    assert status == 0, report
    place.start()
    place.run("s")
    stage.until(lambda: not (place.data / "s/s/1").exists())
    assert (place.data / "s/s/latest").readlink() == pathlib.Path("3")
    assert ids(place, "s/s/[23]/part-*.csv") == sorted(2 * list(range(5)))


def test_killed_in_the_middle_and_the_ledger_lost_no_row_that_was_whole_is_lost(place):
    for rows in (3, 40, 77, 110, 150):
        for path in (place.data, place.state):
            shutil.rmtree(path, ignore_errors=True)
        server = Server(place, lambda r: reply({"id": int(r.path[1:])}))
        place.job("j", server.url + "/${id}", params={"id": {"range": [0, 199]}}, workers=8,
                  output={"rotate": {"rows": 8}, "compress": "gzip"})
        place.job("s", server.url + "/${id}", params={"id": {"range": [0, 199]}}, workers=8,
                  output={"mode": "snapshot", "rotate": {"rows": 20}})
        runs = [place.begin("j"), place.begin("s")]
        stage.until(lambda: place.info(runs[0])["rows"] >= rows)
        landed = place.info(runs[0])["rows"]  # committed, and so on the disk
        place.daemon.kill()
        place.daemon.wait()
        place.daemon = None
        lose_the_ledger(place)
        status, report = recover(place)
        assert "a new database was made" in report, report
        ids_there = ids(place, "j/*.csv*")
        assert len(ids_there) >= landed and len(set(ids_there)) == len(ids_there), (landed, ids_there, report)
        assert not list(place.data.glob("s/s/[0-9]*")) or (place.data / "s/s/latest").exists(), report
        place.start()
        assert place.run("j")["result"] == place.run("s")["result"] == "complete"
        stage.until(lambda: not list(place.data.glob("j/*.closed")))
        stage.until(lambda: len(manifest(place)) == len([path for path in place.data.glob("j/j-*.csv*")
                                                         if "quarantine" not in path.name]))
        lines_are_true(place)
        assert place.stop() == 0


stage.play(globals())
