#!/usr/bin/env python3
"""Parameters from files: a run keeps the values it began with, over kills, restarts and retries."""
import collections
import os
import signal
import threading

import stage
from server import Server, reply


def frozen(place):
    """Names in the spool of frozen values."""
    folder = place.state / "spool"
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def ids(place, values, name="ids"):
    (place.dir / name).write_text("".join(f"{value}\n" for value in values))


def job(place, url, **more):
    more.setdefault("params", {"id": {"file": "ids"}})
    place.job("j", url + "/${id}", workers=4, **more)


def answer(request):
    return reply({"id": request.path[1:]})


def landed(place):
    return sorted(int(row["id"]) for row in place.rows())


@stage.each_engine
def test_a_killed_run_goes_on_with_the_values_it_began_with(place, engine):
    go, left = threading.Event(), [10]

    def script(request):
        with server.lock:
            left[0] -= 1
            wait = left[0] < 0
        if wait:
            go.wait(stage.PATIENCE)
        return answer(request)

    server = Server(place, script)
    place.closers.append(go.set)
    ids(place, range(40))
    job(place, server.url, engine=engine)
    run = place.begin("j")
    stage.until(lambda: place.info(run)["requests"]["landed"] == 10)
    ids(place, range(1000, 1003))
    place.daemon.kill()
    place.daemon.wait()
    os.unlink(place.dir / "ids")
    go.set()
    place.start()
    done = place.ended(run)
    assert done["result"] == "complete" and done["requests"]["total"] == 40, done
    assert landed(place) == list(range(40)), landed(place)


def test_a_retry_means_the_requests_that_failed_then(place):
    broken = [True]
    server = Server(place, lambda r: reply("no", 404) if broken[0] and r.path == "/3" else answer(r))
    ids(place, range(5))
    job(place, server.url)
    run = place.run("j")["id"]
    assert place.info(run)["result"] == "partial", place.info(run)
    broken[0] = False
    ids(place, range(100, 200))
    place.call("POST", f"/v1/runs/{run}/retry", expect=200)
    assert place.ended(run)["result"] == "complete"
    assert landed(place) == list(range(5)), landed(place)
    counts = collections.Counter(server.targets())
    assert counts.pop("/3") == 2 and set(counts.values()) == {1}, counts


def test_the_next_run_reads_the_file_anew_and_old_values_go(place):
    server = Server(place, answer)
    ids(place, range(3))
    job(place, server.url)
    place.run("j")
    first = frozen(place)
    ids(place, range(3, 7))
    place.run("j")
    second = frozen(place)
    assert landed(place) == list(range(7)), landed(place)
    assert len(first) == len(second) == 1 and first != second, (first, second)


def test_a_column_side_by_side_with_another(place):
    server = Server(place, lambda r: reply({"id": r.path[1:]}))
    (place.dir / "a.csv").write_text('name,id,"n"\r\n"x, y",1,5\r\nz,2,6\r\n')
    place.job("j", server.url + "/${n}?n=${id}", combine="zip",
              params={"id": {"file": "a.csv", "column": "name"}, "n": {"file": "a.csv", "column": "n"}})
    assert place.run("j")["result"] == "complete"
    assert sorted(server.targets()) == ["/5?n=x%2C%20y", "/6?n=z"], server.targets()


def test_plan_and_try_read_the_file(place):
    server = Server(place, answer)
    ids(place, range(10, 15))
    job(place, server.url)
    place.start()
    plan = place.call("GET", "/v1/jobs/j/plan", expect=200)
    assert plan["requests"] == 5 and plan["last"]["url"].endswith("/14"), plan
    tried = place.call("POST", "/v1/jobs/j/try", {"params": {"id": "12"}}, expect=200)
    assert tried["request"]["url"].endswith("/12"), tried
    os.unlink(place.dir / "ids")
    status, problem = place.call("GET", "/v1/jobs/j/plan")
    assert status == 422 and "cannot open" in problem["detail"], problem


def test_a_file_that_is_not_there_or_holds_nothing_starts_no_run(place):
    server = Server(place, answer)
    job(place, server.url)
    place.start()
    status, problem = place.call("POST", "/v1/jobs/j/run")
    assert 400 <= status < 500 and 'parameter "id": cannot open' in problem["detail"], problem
    ids(place, [])
    status, problem = place.call("POST", "/v1/jobs/j/run")
    assert 400 <= status < 500 and "has no value" in problem["detail"], problem
    assert place.call("GET", "/v1/runs", expect=200)["items"] == []
    assert server.asked() == [] and frozen(place) == []


def test_damaged_values_are_told_and_the_run_stays(place):
    gate = threading.Event()
    server = Server(place, lambda r: (gate.wait(stage.PATIENCE), answer(r))[1])
    place.closers.append(gate.set)
    ids(place, range(5))
    job(place, server.url)
    run = place.begin("j")
    place.daemon.send_signal(signal.SIGKILL)
    place.daemon.wait()
    gate.set()
    path = place.state / "spool" / frozen(place)[0]
    whole = path.read_bytes()
    path.write_bytes(whole[:1] + b"X" + whole[2:])
    place.start()
    assert "is damaged" in place.log() and place.info(run)["state"] != "ended"
    place.stop()
    path.write_bytes(whole)
    place.start()
    assert place.ended(run)["result"] == "complete"
    assert landed(place) == list(range(5))


stage.play(globals())
