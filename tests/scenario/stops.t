#!/usr/bin/env python3
"""Runs that are cut short, and the next start: nothing is fetched again that landed, nothing is lost."""
import collections
import json
import signal
import subprocess
import threading

import stage
from server import Server, reply

CURSOR = {"by": "cursor", "from": "/next", "param": "c"}


class Gate:
    """A server that answers the first `free` requests and keeps the others until open() is called."""

    def __init__(self, place, free, answer=None):
        self.open_now, self.left = threading.Event(), free
        self.answer = answer or (lambda r: reply({"id": r.path[1:]}))
        self.server = Server(place, self.script)
        place.closers.append(self.open_now.set)

    def script(self, request):
        with self.server.lock:
            self.left -= 1
            wait = self.left < 0
        if wait:
            self.open_now.wait(stage.PATIENCE)
        return self.answer(request)


def landed(place, run):
    return place.info(run)["requests"]["landed"]


def job(place, server, engine, count=30, **more):
    place.job("j", server.url + "/${id}", engine=engine, workers=4, params={"id": {"range": [0, count - 1]}}, **more)


def check_all_once(place, count=30):
    assert sorted(int(row["id"]) for row in place.rows()) == list(range(count)), place.rows()


@stage.each_engine
def test_sigterm_lands_what_is_in_flight_and_the_next_start_goes_on(place, engine):
    gate = Gate(place, 10)
    job(place, gate.server, engine)
    run = place.begin("j")
    stage.until(lambda: landed(place, run) == 10 and gate.server.in_flight == 4)
    place.daemon.send_signal(signal.SIGTERM)
    stage.until(lambda: "stopping" in place.log())
    gate.open_now.set()
    assert place.daemon.wait(stage.PATIENCE) == 0
    assert len(place.rows()) == 14 and len(gate.server.asked()) == 14
    place.start()
    done = place.ended(run)
    assert done["result"] == "complete" and done["requests"]["landed"] == 30 == done["rows"], done
    check_all_once(place)
    assert max(collections.Counter(gate.server.targets()).values()) == 1, "a landed request was fetched again"


@stage.each_engine
def test_kill_9_repeats_only_what_had_not_landed(place, engine):
    gate = Gate(place, 10)
    job(place, gate.server, engine, output={"rotate": {"rows": 3}})
    run = place.begin("j")
    stage.until(lambda: landed(place, run) == 10 and gate.server.in_flight == 4)
    before = {row["id"] for row in place.rows()}
    place.stop(signal.SIGKILL)
    gate.open_now.set()
    place.start()
    done = place.ended(run)
    assert done["result"] == "complete" and done["requests"]["landed"] == 30, done
    check_all_once(place)
    asked = collections.Counter(target[1:] for target in gate.server.targets())
    assert all(asked[id] == 1 for id in before) and sum(asked.values()) == 34, asked


@stage.each_engine
def test_kill_9_in_chains_goes_on_with_the_page_after_the_last_landed(place, engine):
    def answer(request):
        number = int(request.query.get("c", 0))
        rows = [{"id": f"{int(request.path[1:]) * 100 + number * 5 + n}"} for n in range(5)]
        return reply({"items": rows, "next": number + 1 if number < 19 else None})

    gate = Gate(place, 25, answer)
    job(place, gate.server, engine, count=5, pages=CURSOR, records="/items")
    run = place.begin("j")
    stage.until(lambda: place.info(run)["rows"] == 125 and gate.server.in_flight == 4)
    place.stop(signal.SIGKILL)
    gate.open_now.set()
    place.start()
    assert place.ended(run)["result"] == "complete"
    check_all_once(place, 500)
    assert sum(n - 1 for n in collections.Counter(gate.server.targets()).values()) == 4


def test_waiting_retries_are_made_after_the_next_start(place):
    """A run that waits for its next try when the daemon stops has not failed."""
    gate = Gate(place, 1000, lambda r: reply({}, "503 Later") if r.nth == 1 else reply({"id": r.path[1:]}))
    job(place, gate.server, "async", count=5, retry={"attempts": 3, "first": "1h", "max": "1h", "budget": "10h"})
    run = place.begin("j")
    stage.until(lambda: len(gate.server.asked()) == 5)
    assert place.stop() == 0
    place.start()
    assert place.ended(run)["result"] == "complete"
    check_all_once(place, 5)


@stage.each_engine
def test_cancel_ends_a_run_now_and_keeps_what_landed(place, engine):
    gate = Gate(place, 10)
    job(place, gate.server, engine)
    run = place.begin("j")
    stage.until(lambda: landed(place, run) == 10 and gate.server.in_flight == 4)
    assert place.ctl("cancel", str(run)).returncode == 0
    done = place.ended(run)
    assert done["result"] == "cancelled" and done["requests"]["landed"] == 10 == len(place.rows()), done
    assert len(gate.server.asked()) == 14 and place.failed(run) == []
    assert place.stop() == 0
    place.start()
    assert place.info(run)["result"] == "cancelled" and len(gate.server.asked()) == 14
    gate.open_now.set()
    assert place.ctl("run", "j", "--wait").returncode == 0 and len(place.rows()) == 40


def test_the_exit_status_of_a_cancelled_run_is_13(place):
    gate = Gate(place, 0)
    job(place, gate.server, "async")
    place.start()
    waiting = place.spawn([stage.FETCHCTL, "-s", str(place.socket), "run", "j", "--wait"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stage.until(lambda: gate.server.in_flight == 4)
    assert place.ctl("cancel", "1").returncode == 0
    assert waiting.wait(stage.PATIENCE) == 13


def test_a_second_run_of_the_same_job_is_a_conflict_that_names_the_first(place):
    gate = Gate(place, 0)
    job(place, gate.server, "async")
    run = place.begin("j")
    status, problem = place.call("POST", "/v1/jobs/j/run")
    assert status == 409 and str(run) in json.dumps(problem), problem
    status, problem = place.call("POST", f"/v1/runs/{run}/retry")
    assert status == 409, problem
    gate.open_now.set()
    assert place.ended(run)["result"] == "complete" and len(place.rows()) == 30


def test_max_runs_bounds_the_runs_of_all_jobs(place):
    gate = Gate(place, 0)
    place.settings["max_runs"] = 2
    for name in "abc":
        place.job(name, gate.server.url + "/" + name)
    runs = [place.begin("a"), place.begin("b")]
    status, problem = place.call("POST", "/v1/jobs/c/run")
    assert status in (409, 429, 503) and "max_runs" in json.dumps(problem), (status, problem)
    gate.open_now.set()
    assert [place.ended(run)["result"] for run in runs] == ["complete"] * 2
    assert place.run("c")["result"] == "complete"


def test_a_second_fetchd_on_the_same_state_says_who_has_it(place):
    place.start()
    pid = str(place.daemon.pid)
    place.job("j", "http://127.0.0.1:1/")
    second = place.once("j")
    assert second.returncode == 1 and pid in second.stderr and str(place.state) in second.stderr, second
    assert place.answers() and place.stop() == 0


stage.play(globals())
