#!/usr/bin/env python3
"""Outputs that meet what they do not expect: very many of them in a run, somebody else's things under their
names, a path that becomes unusable under a run. No run waits for another's trouble."""
import sqlite3
import threading
import time

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


class Gate:
    """A server whose answers from the sixth point on wait until it is opened."""

    def __init__(self, place):
        self.opened, self.asked = threading.Event(), []
        self.url = Server(place, self.answer).url
        place.closers.append(self.opened.set)

    def answer(self, request):
        number = request.path.rsplit("/", 1)[-1]
        self.asked.append(request.path)
        if int(number) > 5:
            self.opened.wait(stage.PATIENCE)
            time.sleep(0.02)  # longer than two of these together it takes to notice what is the matter
        return reply({"id": number})


def define(place, name, gate, **output):
    place.job(name, gate.url + f"/{name}/${{id}}", params={"id": {"range": [1, 60]}}, workers=2,
              output={"path": f"{name}/${{job}}", **output})


def under_way(place, name):
    """A run of 60 points, five of which have landed."""
    run = place.begin(name)
    stage.until(lambda: place.info(run)["requests"]["landed"] == 5)
    return run


def in_the_way(path):
    """A file where the directory was."""
    path.rename(path.with_name("moved"))
    path.write_text("in the way\n")


def out_of_the_way(path):
    path.unlink()
    path.with_name("moved").rename(path)


def numbers(place, job):
    return sorted(int(row["id"]) for row in place.rows(job))


def paused(place, run):
    return stage.until(lambda: place.info(run)["state"] == "paused" and place.info(run))


def test_a_directory_replaced_by_a_file_pauses_its_run_alone(place):
    first, second = Gate(place), Gate(place)
    define(place, "a", first), define(place, "b", second)
    a, b = under_way(place, "a"), under_way(place, "b")
    in_the_way(place.data / "a")
    first.opened.set(), second.opened.set()
    run = paused(place, a)
    assert "a/a.csv: Not a directory" in run["reason"], run
    words = place.ctl("info", str(a)).stdout
    assert "paused" in words and "Not a directory" in words, words
    assert place.ended(b)["result"] == "complete"
    assert numbers(place, "b") == list(range(1, 61))
    asked = len(first.asked)
    assert place.run("b")["result"] == "complete"
    assert len(first.asked) == asked < 60, "its requests go on"
    out_of_the_way(place.data / "a")
    run = place.ended(a)
    assert run["result"] == "complete" and run["rows"] == 60 and not run["reason"], run
    assert numbers(place, "a") == list(range(1, 61))
    assert sorted(set(first.asked)) == sorted(first.asked), "something was fetched twice"


def test_a_run_that_is_paused_can_be_cancelled(place):
    gate = Gate(place)
    define(place, "a", gate)
    run = under_way(place, "a")
    in_the_way(place.data / "a")
    gate.opened.set()
    paused(place, run)
    place.call("POST", f"/v1/runs/{run}/cancel", expect=202)
    assert place.ended(run)["result"] == "cancelled"
    out_of_the_way(place.data / "a")
    stage.until(lambda: numbers(place, "a") == list(range(1, 6)))
    place.call("POST", f"/v1/runs/{run}/retry", expect=200)
    assert place.ended(run)["result"] == "complete"
    assert numbers(place, "a") == list(range(1, 61))


def test_a_run_that_is_paused_outlives_its_daemon(place):
    gates = {signal: Gate(place) for signal in (15, 9)}
    for signal, gate in gates.items():
        define(place, f"a{signal}", gate)
    for signal, gate in gates.items():
        name = f"a{signal}"
        run = under_way(place, name)
        in_the_way(place.data / name)
        gate.opened.set()
        paused(place, run)
        place.stop(signal)
        place.start()
        paused(place, run)
        out_of_the_way(place.data / name)
        assert place.ended(run)["result"] == "complete"
        assert numbers(place, name) == list(range(1, 61))


def test_a_snapshot_whose_directory_is_in_trouble_pauses_until_it_is_repaired(place):
    gate = Gate(place)
    define(place, "a", gate, mode="snapshot", path="a")
    snapshots(place, "other", 3, "other")
    run = under_way(place, "a")
    in_the_way(place.data / "a")
    gate.opened.set()
    paused(place, run)
    assert place.run("other")["result"] == "complete"
    out_of_the_way(place.data / "a")
    assert place.ended(run)["result"] == "complete"
    assert numbers(place, "a/latest") == list(range(1, 61))


def test_a_snapshot_in_trouble_can_be_cancelled_and_retried(place):
    gate = Gate(place)
    define(place, "a", gate, mode="snapshot", path="a")
    run = under_way(place, "a")
    in_the_way(place.data / "a")
    gate.opened.set()
    paused(place, run)
    place.call("POST", f"/v1/runs/{run}/cancel", expect=202)
    assert place.ended(run)["result"] == "cancelled"
    out_of_the_way(place.data / "a")
    place.call("POST", f"/v1/runs/{run}/retry", expect=200)
    assert place.ended(run)["result"] == "complete"
    assert numbers(place, "a/latest") == list(range(1, 61))


stage.play(globals())
