#!/usr/bin/env python3
"""Snapshots that meet what they do not expect: very many of them in a run, somebody else's things under
their names. No run waits for another's trouble."""
import sqlite3
import threading

import stage
from server import Server, reply


def snapshots(place, name, count, path, **output):
    server = Server(place, lambda r: reply({"id": r.path[1:]}))
    place.job(name, server.url + "/${id}", params={"id": {"range": [1, count]}}, workers=4,
              output={"mode": "snapshot", "path": path, **output})


def test_a_run_publishes_more_snapshots_than_files_can_be_open(place):
    snapshots(place, "many", 600, "many/${id}", compress="gzip")
    assert place.run("many")["result"] == "complete"
    assert len(list(place.data.glob("many/*/latest/_MANIFEST"))) == 600
    assert len(list(place.data.glob("many/*/latest/part-00001.csv.gz"))) == 600


def test_a_directory_that_is_called_latest_holds_nobody_up(place):
    snapshots(place, "one", 3, "one")
    (place.data / "one" / "latest").mkdir(parents=True)
    run = place.run("one")
    assert run["result"] == "complete", run
    assert (place.data / "one" / str(run["id"]) / "_MANIFEST").exists()
    assert "one/latest is there and is no link" in place.log()
    assert place.run("one")["result"] == "complete"
    (place.data / "one" / "latest").rmdir()
    run = place.run("one")
    assert (place.data / "one" / "latest").readlink().name == str(run["id"])


def test_what_bears_the_name_of_a_snapshot_is_left_and_the_run_says_so(place):
    snapshots(place, "one", 3, "one")
    (place.data / "one" / "1").mkdir(parents=True)
    (place.data / "one" / "1" / "theirs").write_text("do not touch\n")
    run = place.run("one")
    assert run["result"] == "failed" and "something else bears the name 1" in run["reason"], run
    assert (place.data / "one" / "1" / "theirs").read_text() == "do not touch\n"
    assert (place.data / "one" / "1.failed" / "_MANIFEST").exists()
    assert place.run("one")["result"] == "complete"


def undo_the_end(place):
    """What kill -9 leaves between putting a cancelled snapshot aside and the commit of its run's end."""
    with sqlite3.connect(place.state / "fetchd.db") as ledger:
        assert ledger.execute("UPDATE snapshots SET state = 3 WHERE state = 4").rowcount == 1
        assert ledger.execute("UPDATE files SET name = replace(name, '/1.cancelled/', '/.1.staging/')").rowcount
        ledger.execute("UPDATE runs SET state = 'running', result = NULL, ended_ms = 0")
    ledger.close()


def test_a_run_killed_while_it_was_cancelled_publishes_all_of_it(place):
    go_on = threading.Event()

    def answer(request):
        if int(request.path[1:]) > 5:
            go_on.wait(stage.PATIENCE)
        return reply({"id": request.path[1:]})

    server = Server(place, answer)
    place.closers.append(go_on.set)
    place.job("one", server.url + "/${id}", params={"id": {"range": [1, 20]}}, workers=1,
              output={"mode": "snapshot", "path": "one"})
    run = place.begin("one")
    stage.until(lambda: place.info(run)["requests"]["landed"] == 5)
    place.call("POST", f"/v1/runs/{run}/cancel", expect=202)
    assert place.ended(run)["result"] == "cancelled"
    go_on.set()
    place.stop()
    assert (place.data / "one" / "1.cancelled").exists()
    undo_the_end(place)
    place.start()
    assert place.ended(run)["result"] == "complete", place.info(run)
    assert sorted(int(row["id"]) for row in place.rows("one/latest")) == list(range(1, 21))


stage.play(globals())
