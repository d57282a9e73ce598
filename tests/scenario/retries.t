#!/usr/bin/env python3
"""What is tried again, how often, and how what stays failed is listed."""
import socket
import time

import stage
from server import Cut, Server, reply

TEAPOT = reply({"error": "no"}, "418 I'm a teapot")


def each_status(request):
    """/STATUS/N: that status for the first N tries, then a record."""
    _, status, bad = request.path.split("/")
    return reply({}, f"{status} As Asked") if request.nth <= int(bad) else reply({"id": status})


@stage.each_engine
def test_a_server_that_recovers_is_asked_again_until_it_answers(place, engine):
    server = Server(place, each_status)
    statuses = ["408", "425", "429", "500", "502", "503", "504"]
    place.job("j", server.url + "/${s}/2", engine=engine, params={"s": statuses})
    run = place.run("j")
    assert run["result"] == "complete" and run["requests"]["retried"] == 14, run
    assert sorted(row["id"] for row in place.rows()) == statuses
    assert place.failed(run["id"]) == []


@stage.each_engine
def test_a_run_with_some_failures_is_partial_and_lists_them(place, engine):
    server = Server(place, each_status)
    place.job("j", server.url + "/${s}/${n}", engine=engine, params={"s": ["500"], "n": [0, 9]})
    run = place.run("j")
    assert run["result"] == "partial", run
    assert (run["requests"]["total"], run["requests"]["landed"], run["requests"]["failed"]) == (2, 1, 1)
    (failure,) = place.failed(run["id"])
    assert failure["params"] == {"s": "500", "n": "9"}, failure
    assert failure["url"] == server.url + "/500/9" and failure["status"] == 500
    assert failure["tries"] == 3 and "500" in failure["error"], failure
    assert len(server.asked("/500/9")) == 3
    shown = place.ctl("failed", str(run["id"])).stdout
    assert server.url + "/500/9" in shown and "500" in shown, shown


def test_the_exit_status_tells_complete_partial_and_failed(place):
    server = Server(place, each_status)
    for name, bad in (("good", [0]), ("half", [1, 99]), ("bad", [98, 99])):
        place.job(name, server.url + "/500/${n}", params={"n": bad})
    place.start()
    for name, status in (("good", 0), ("half", 10), ("bad", 11)):
        done = place.ctl("run", name, "--wait")
        assert done.returncode == status, (name, done)
    place.stop()
    for name, status in (("good", 0), ("half", 10), ("bad", 11)):
        done = place.once(name)
        assert done.returncode == status, (name, done)


@stage.each_engine
def test_what_will_not_change_is_not_asked_again(place, engine):
    server = Server(place, lambda r: reply({}, r.path[1:] + " No"))
    statuses = ["400", "401", "403", "404", "410", "418", "206", "300"]
    place.job("j", server.url + "/${s}", engine=engine, params={"s": statuses})
    run = place.run("j")
    assert run["result"] == "failed" and run["requests"]["retried"] == 0, run
    assert sorted(server.targets()) == sorted("/" + s for s in statuses)
    assert {(f["params"]["s"], f["status"], f["tries"]) for f in place.failed(run["id"])} == \
        {(s, int(s), 1) for s in statuses}


def test_retry_on_narrows_what_is_tried_again(place):
    server = Server(place, each_status)
    place.job("j", server.url + "/${s}/1", params={"s": ["429", "500"]},
              retry={**stage.QUICK, "on": ["429"]})
    run = place.run("j")
    assert [f["params"]["s"] for f in place.failed(run["id"])] == ["500"]
    assert len(server.asked("/429/1")) == 2 and len(server.asked("/500/1")) == 1


def test_no_try_is_made_beyond_the_budget(place):
    server = Server(place, lambda r: reply({}, "503 Later", Retry_After=3600))
    place.job("j", server.url + "/x", retry={"attempts": 5, "budget": "1m"})
    run = place.run("j")
    assert run["result"] == "failed" and len(server.asked()) == 1, run


@stage.each_engine
def test_retry_after_holds_the_host_for_every_job(place, engine):
    """The first answer holds the host for two seconds; the server's own clock is the witness."""
    for status in ("429 Slow", "503 Busy"):
        held = {}

        def script(request):
            if request.path == "/hold" and request.nth == 1:
                held["from"] = time.monotonic()
                return reply({}, status, Retry_After=2)
            return reply({"id": request.path})

        server = Server(place, script)
        name = status[:3]
        place.job(name + "-a", server.url + "/hold", engine=engine)
        place.job(name + "-b", server.url + "/${n}", engine=engine, params={"n": {"range": [1, 20]}}, workers=5)
        if place.daemon:
            place.call("POST", "/v1/reload", expect=200)
        first = place.begin(name + "-a")
        stage.until(lambda: server.asked("/hold") and place.info(first)["in_flight"] == 0)
        second = place.run(name + "-b")
        assert second["result"] == "complete" and place.ended(first)["result"] == "complete"
        early = [r.target for r in server.asked() if held["from"] < r.time < held["from"] + 1.9]
        assert not early and len(server.asked()) == 22, early


def test_a_date_holds_the_host_too(place):
    def script(request):
        if request.nth == 1:
            return reply({}, "429 Slow", Date="Mon, 23 Nov 2026 06:00:00 GMT",
                         Retry_After="Mon, 23 Nov 2026 06:00:02 GMT")
        return reply({"id": 1})

    server = Server(place, script)
    place.job("j", server.url + "/")
    assert place.run("j")["result"] == "complete"
    first, second = server.asked()
    assert second.time - first.time > 1.9


@stage.each_engine
def test_connections_that_break_are_tried_again(place, engine):
    breaks = {"/close": Cut(), "/reset": Cut(reset=True), "/half": Cut(b"HTTP/1.1 200 OK\r\nContent-Le"),
              "/garbage": Cut(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")}
    server = Server(place, lambda r: breaks[r.path] if r.nth == 1 else reply({"id": r.path}))
    place.job("j", server.url + "/${p}", engine=engine, params={"p": [p[1:] for p in breaks]})
    run = place.run("j")
    assert run["result"] == "complete" and run["requests"]["retried"] == 4, (run, place.failed(run["id"]))
    assert sorted(row["id"] for row in place.rows()) == sorted(breaks)


@stage.each_engine
def test_a_refused_connection_is_tried_and_then_listed(place, engine):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = str(nobody.getsockname()[1])
        place.job("j", f"http://127.0.0.1:{port}/x", engine=engine)
        run = place.run("j")
    (failure,) = place.failed(run["id"])
    assert run["result"] == "failed" and failure["tries"] == 3 and failure["status"] is None, failure
    assert port in failure["error"], failure


@stage.each_engine
def test_a_retry_lands_only_what_was_missing(place, engine):
    mended = []
    server = Server(place, lambda r: reply({"id": r.path[1:]}) if mended or int(r.path[1:]) % 3 else
                    reply({}, "404 Not Yet"))
    place.job("j", server.url + "/${id}", engine=engine, params={"id": {"range": [0, 29]}})
    run = place.run("j")
    assert run["result"] == "partial" and run["rows"] == 20 and run["requests"]["failed"] == 10, run
    mended.append(True)
    for again in (1, 2):
        status, answer = place.call("POST", f"/v1/runs/{run['id']}/retry")
        assert status in ((200, 201, 202) if again == 1 else (409,)), (again, status, answer)
        done = place.ended(run["id"])
        assert done["result"] == "complete" and done["rows"] == 30 and done["requests"]["failed"] == 0, done
    assert sorted(int(row["id"]) for row in place.rows()) == list(range(30))
    assert len(server.asked()) == 40 and place.failed(run["id"]) == []


def test_a_retry_uses_the_definition_the_run_had(place):
    mended = []
    server = Server(place, lambda r: reply({"id": r.path[1:]}) if mended else reply({}, "404 No"))
    place.job("j", server.url + "/${id}", params={"id": {"range": [0, 2]}})
    run = place.run("j")
    place.job("j", server.url + "/other/${id}", params={"id": [7]})
    assert place.call("POST", "/v1/reload")[0] == 200
    mended.append(True)
    assert place.call("POST", f"/v1/runs/{run['id']}/retry")[0] < 300
    assert place.ended(run["id"])["result"] == "complete" and server.asked("/other") == []
    assert sorted(row["id"] for row in place.rows()) == ["0", "1", "2"]


@stage.each_engine
def test_a_long_hold_is_told_once_and_the_run_can_be_cancelled(place, engine):
    server = Server(place, lambda r: reply({}, "429 Later", Retry_After="9" * 30))
    place.job("j", server.url + "/${i}", engine=engine, workers=5, params={"i": {"range": [0, 99]}})
    run = place.begin("j")
    stage.until(lambda: place.info(run)["requests"]["failed"] == 5)
    place.call("POST", f"/v1/runs/{run}/cancel", expect=202)
    assert place.ended(run)["result"] == "cancelled"
    held = [line for line in place.log().splitlines() if "is held until" in line]
    assert len(held) == 1 and held[0].startswith("warning: ") and server.host in held[0], held


stage.play(globals())
