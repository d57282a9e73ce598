#!/usr/bin/env python3
"""Snapshots as a reader sees them: whole or not at all, each with a true _MANIFEST, `latest` the newest; and
what becomes of runs that do not end well, or die on the way."""
import glob
import gzip
import hashlib
import json
import os
import pathlib
import threading
import time

import stage
from server import Server, reply

SNAPSHOT = {"mode": "snapshot"}


def serve(place, name="j", count=6, answer=None, output=None, **definition):
    """A job of `count` requests with one record each, or what answer(n, request) says."""
    def script(request):
        n = int(request.path[1:])
        return answer(n, request) if answer else reply([{"id": n}])
    server = Server(place, script)
    place.job(name, server.url + "/${n}", params={"n": {"range": [0, count - 1]}}, workers=2,
              output={**SNAPSHOT, **(output or {})}, **definition)
    return server


def check(directory):
    """The manifest of a published snapshot, after every word of it was found true; and the ids in its rows."""
    manifest, ids = json.loads((directory / "_MANIFEST").read_text()), []
    lines = ""
    for entry in manifest["files"]:
        data = (directory / entry["file"]).read_bytes()
        assert len(data) == entry["bytes"] and hashlib.sha256(data).hexdigest() == entry["sha256"], entry
        lines += f"{entry['sha256']}  {entry['file']}\n"
        rows = (gzip.decompress(data) if entry["file"].endswith(".gz") else data).decode().splitlines()[1:]
        assert len(rows) == entry["rows"], (entry, rows)
        ids += [int(row) for row in rows]
    assert hashlib.sha256(lines.encode()).hexdigest() == manifest["sha256"], manifest
    assert manifest["rows"] == len(ids) and manifest["bytes"] == sum(e["bytes"] for e in manifest["files"])
    assert {p.name for p in directory.iterdir()} == {"_MANIFEST"} | {e["file"] for e in manifest["files"]}
    return manifest, sorted(ids)


def directories(place):
    """Those with data in them, as a glob finds them: hidden ones are not looked into."""
    return {pathlib.Path(name).parent for name in glob.glob(f"{place.data}/**/*.gz", recursive=True)}


def visible(place):
    return sorted(str(p.relative_to(place.data)) for p in place.data.glob("**/*.csv*") if p.suffix in (".csv", ".gz"))


def test_a_reader_sees_whole_snapshots_only(place):
    """One polls by glob during the runs: a directory in which it finds data is whole. It follows `latest` once
    for all files of a look, as any reader must who opens more than one."""
    serve(place, count=20, output={"path": "j", "rotate": {"rows": 5}, "compress": "gzip"})
    stop, seen, wrong = threading.Event(), set(), []

    def poll():
        while not stop.is_set():
            for directory in directories(place):
                try:
                    if check(directory.resolve())[1] != list(range(20)):
                        wrong.append(directory)
                except (OSError, AssertionError) as why:
                    wrong.append((directory, why))
                seen.add(directory.name)
            time.sleep(0.001)

    place.start()
    reader = threading.Thread(target=poll)
    reader.start()
    runs = [place.run("j") for _ in range(5)]
    stage.until(lambda: str(runs[-1]["id"]) in seen)
    stop.set()
    reader.join()
    assert not wrong and all(run["result"] == "complete" for run in runs), (wrong, runs)
    manifest, _ = check(place.data / "j/latest")
    assert manifest["run"] == runs[-1]["id"] and manifest["job"] == "j" and manifest["requests"] == 20, manifest
    assert manifest["compress"] == "gzip" and manifest["columns"] == [{"name": "id", "type": None}], manifest


def test_once_publishes_before_it_ends(place):
    serve(place, output={"path": "j", "compress": "gzip"})
    place.write()
    done = place.once("j")
    assert done.returncode == 0, done.stderr
    assert check(place.data / "j/latest")[1] == list(range(6))


def test_partial_is_kept_aside_and_a_retry_publishes_it(place):
    ill = {3}
    serve(place, output={"path": "j"},
          answer=lambda n, r: reply(status="404 Not Found") if n in ill else reply([{"id": n}]))
    run = place.run("j")
    assert run["result"] == "partial" and visible(place) == [], run
    assert (place.data / f"j/{run['id']}.partial/_MANIFEST").exists() and not (place.data / "j/latest").exists()
    assert all((place.data / f["name"]).exists() for f in place.info(run["id"])["files"])
    assert place.ctl("head", "j").returncode != 0
    ill.clear()
    assert place.ctl("retry", str(run["id"])).returncode == 0
    done = place.ended(run["id"])
    assert done["result"] == "complete", done
    manifest, ids = check(place.data / "j/latest")
    assert ids == list(range(6)) and manifest["run"] == run["id"] and manifest["failed"] == 0
    names = [f["name"] for f in done["files"]]
    assert names and all((place.data / name).exists() for name in names), names
    assert names[0] in place.ctl("info", str(run["id"])).stdout or names[0] in json.dumps(done)
    assert [row[0] for row in json.loads(place.ctl("--json", "head", "j").stdout)["rows"]]


def test_a_part_that_lost_data_on_the_way_is_missed(place):
    hold = threading.Event()
    place.closers.append(hold.set)
    serve(place, output={"path": "j"},
          answer=lambda n, r: (n < 3 or hold.wait(stage.PATIENCE)) and reply([{"id": n}]))
    run = place.begin("j")
    stage.until(lambda: place.info(run)["requests"]["landed"] == 3)
    os.truncate(place.data / f"j/.{run}.staging/rows.csv.live", 0)
    hold.set()
    done = place.ended(run)
    assert done["result"] == "failed" and "part-00001" in done["reason"], done
    assert (place.data / f"j/{run}.failed/_MANIFEST").exists() and not (place.data / "j/latest").exists()


def test_what_keep_has_removed_is_not_completed_by_a_retry(place):
    ill = {3}
    serve(place, output={"path": "j", "keep": {"age": "1s"}},
          answer=lambda n, r: reply(status="404 Not Found") if n in ill else reply([{"id": n}]))
    run = place.run("j")
    stage.until(lambda: place.run("j") and not (place.data / f"j/{run['id']}.partial").exists())
    ill.clear()
    retry = place.ctl("retry", str(run["id"]))
    assert retry.returncode == 1 and "run the job again" in retry.stderr, retry
    assert place.info(run["id"])["result"] == "partial" and not (place.data / "j/latest").exists()


def test_cancelled_and_failed(place):
    hold = threading.Event()
    place.closers.append(hold.set)
    serve(place, output={"path": "j"},
          answer=lambda n, r: (n < 2 or hold.wait(stage.PATIENCE)) and reply([{"id": n}]))
    serve(place, name="f", output={"path": "f"}, answer=lambda n, r: reply(status="404 Not Found"))
    run = place.begin("j")
    stage.until(lambda: place.info(run)["requests"]["landed"] == 2)
    assert place.ctl("cancel", str(run)).returncode == 0
    hold.set()
    assert place.ended(run)["result"] == "cancelled"
    assert (place.data / f"j/{run}.cancelled/_MANIFEST").exists() and visible(place) == []
    assert place.run("f")["result"] == "failed" and not list(place.data.glob("f/*")), list(place.data.glob("f/*"))


def test_a_parameter_in_the_path_makes_a_snapshot_each(place):
    serve(place, output={"path": "j/${n}", "keep": {"files": 1}})
    place.run("j")
    run = place.run("j")
    for n in range(6):
        manifest, ids = check(place.data / f"j/{n}/latest")
        assert ids == [n] and manifest["run"] == run["id"]
        assert sorted(p.name for p in (place.data / f"j/{n}").iterdir()) == sorted([str(run["id"]), "latest"])


def test_killed_again_and_again_it_publishes_once_and_whole(place):
    serve(place, count=40, output={"path": "j", "rotate": {"rows": 3}, "compress": "gzip"},
          answer=lambda n, r: time.sleep(0.01) or reply([{"id": n}]))
    run = place.begin("j")
    for n in range(12):
        time.sleep(0.02 * n % 0.13)  # anywhere: no outcome depends on where
        place.stop(9)
        assert all(check(directory)[1] == list(range(40)) for directory in directories(place))
        place.start()
    assert place.ended(run)["result"] == "complete"
    assert check(place.data / "j/latest")[1] == list(range(40))
    assert sorted(p.name for p in (place.data / "j").iterdir()) == [str(run), "latest"]


def test_a_damaged_part_makes_the_run_failed(place):
    hold = threading.Event()
    place.closers.append(hold.set)
    serve(place, output={"path": "j", "rotate": {"rows": 1}},
          answer=lambda n, r: (n < 4 or hold.wait(stage.PATIENCE)) and reply([{"id": n}]))
    run = place.begin("j")
    part = place.data / f"j/.{run}.staging/part-00001.csv.part"
    stage.until(part.exists)
    part.write_bytes(b"")
    hold.set()
    done = place.ended(run)
    assert done["result"] == "failed" and "part-00001" in done["reason"], done
    assert (place.data / f"j/{run}.failed/_MANIFEST").exists() and visible(place) == []
    place.stop()
    place.start()
    assert place.info(run)["result"] == "failed" and place.info(run)["reason"] == done["reason"]


def test_a_directory_called_latest_is_spoken_of_and_left(place):
    serve(place, output={"path": "j"})
    (place.data / "j/latest").mkdir(parents=True)
    run = place.run("j")
    assert run["result"] == "complete" and check(place.data / f"j/{run['id']}")[1] == list(range(6))
    assert "j/latest is there and is no link" in place.log()


stage.play(globals())
