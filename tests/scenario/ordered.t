#!/usr/bin/env python3
"""`order: requested`: rows land in the order of the matrix and of its pages, whatever the answers do; what
waits for its turn is bounded; and nothing stands still for it."""
import json
import random
import signal
import threading
import time

import stage
from server import Server, reply

ORDER = {"order": "requested"}
CURSOR = {"by": "cursor", "from": "/next", "param": "c"}
WINDOW, BESIDE = 8 << 20, 1 << 10  # bytes that may wait, and what each answer costs beside its rows
POINTS = 300


def pages_of(point):
    return 1 + point % 5 if point % 3 == 0 else 1


def expected():
    return [f"{point}.{page}.{n}" for point in range(POINTS) for page in range(pages_of(point)) for n in range(3)]


def unsteady(request):
    """Late by chance; often 503 first; sometimes from elsewhere; in chains of one to five pages."""
    time.sleep(random.choice((0, 0, 0.001, 0.005, 0.03)))
    point, page = int(request.path.split("/")[-1]), int(request.query.get("c", 0))
    if point % 4 == 1 and not request.path.startswith("/moved"):
        return reply(status="302 Found", Location=f"/moved{request.target}")
    if random.random() < 0.1:
        return reply(status="503 Busy")
    more = {"next": str(page + 1)} if page + 1 < pages_of(point) else {}
    return reply({"rows": [{"id": f"{point}.{page}.{n}"} for n in range(3)], **more})


def age(path):
    """Closed files by their number; the live one is the newest."""
    number = path.stem.split("-")[-1]
    return int(number) if path.stem != path.parent.name else float("inf")


def contents(place, job):
    """What the files of a job hold, oldest first."""
    return [path.read_bytes() for path in sorted(stage.landed.data_files(place.data / job), key=age)]


def ids(place, job):
    texts = b"".join(contents(place, job)).decode().splitlines()
    return [json.loads(text)["id"] if text[0] == "{" else text for text in texts if text != "id"]


def test_two_runs_on_each_engine_give_the_same_bytes_in_the_order_of_the_matrix(place):
    server = Server(place, unsteady)
    place.settings["engines"] = {"threads": {"max": 30}}
    for format in ("csv", "jsonl"):
        for name in [f"{format}-{engine}-{turn}" for engine in stage.ENGINES for turn in (1, 2)]:
            place.job(name, server.url + "/${id}", engine=name.split("-")[1], workers=30, pages=CURSOR,
                      params={"id": {"range": [0, POINTS - 1]}}, columns=[{"name": "id"}], records="/rows",
                      retry={"attempts": 50, "first": "1ms", "max": "20ms"},
                      output={**ORDER, "format": format, "rotate": {"rows": 100}})
    place.start()
    for name in place.jobs:
        run = place.run(name)
        assert run["result"] == "complete", run
        assert ids(place, name) == expected(), f"{name}: not in order"
        assert contents(place, name) == contents(place, name.split("-")[0] + "-async-1"), name


class Slow:
    """A server that keeps the answers of some points until open() is called."""

    def __init__(self, place, kept, rows=1, size=10):
        self.open_now, self.kept, self.rows, self.size = threading.Event(), kept, rows, size
        self.server = Server(place, self.script)
        place.closers.append(self.open_now.set)

    def script(self, request):
        point = int(request.path[1:])
        if point in self.kept:
            self.open_now.wait(stage.PATIENCE)
        return reply([{"id": point, "text": "x" * self.size} for _ in range(self.rows)])


def points(place, job="j"):
    return [int(text.split(",")[0]) for text in b"".join(contents(place, job)).decode().splitlines()
            if text != "id,text"]


def slow_job(place, slow, count, **more):
    place.job("j", slow.server.url + "/${id}", params={"id": {"range": [0, count - 1]}}, output=ORDER,
              columns=[{"name": "id"}, {"name": "text"}], **{"workers": 20, **more})


@stage.each_engine
def test_a_slow_head_holds_no_more_than_the_window(place, engine):
    """Of 10,000 answers that are ready only so many are asked for as may wait."""
    slow = Slow(place, {0}, size=3000)
    slow_job(place, slow, 10000, engine=engine)
    run = place.begin("j")
    stage.until(lambda: place.info(run)["in_flight"] == 1 and len(slow.server.asked()) > 100)
    held, landed = len(slow.server.asked()) - 1, place.info(run)["requests"]["landed"]
    assert landed == 0 and not points(place), "something landed before the head"
    assert WINDOW / 2 < held * (3000 + BESIDE) <= WINDOW, f"{held} answers wait"
    slow.open_now.set()
    assert place.ended(run)["result"] == "complete"
    assert points(place) == list(range(10000)), "not in order"
    assert len(slow.server.asked()) == 10000, "something was fetched twice"


@stage.each_engine
def test_nothing_stands_still_for_caps_redirects_failures_and_answers_larger_than_the_window(place, engine):
    def script(request):
        point = int(request.path.split("/")[-1])
        if point % 3 == 1 and not request.path.startswith("/moved"):
            return reply(status="302 Found", Location=f"/moved/{point}")
        if point % 7 == 3:
            return reply(status="500 No")
        if point == 0:
            time.sleep(0.3)
        return reply({"id": point, "text": "x" * ((9 << 20) if point in (0, 5, 12) else (1 << 20))})

    server = Server(place, script)
    place.job("j", server.url + "/${id}", engine=engine, workers=20, params={"id": {"range": [0, 39]}}, output=ORDER,
              columns=[{"name": "id"}, {"name": "text"}], limits={"per_host": 3})
    run = place.run("j")
    assert run["result"] == "partial" and run["requests"]["failed"] == 6, run
    assert points(place) == [point for point in range(40) if point % 7 != 3], points(place)


def test_a_request_that_may_not_go_out_does_not_stand_in_the_heads_way(place):
    """The cap lets two out, a third is built and waits; then the window is full and the head is tried again."""
    open_now = threading.Event()
    place.closers.append(open_now.set)

    def script(request):
        point = int(request.path[1:])
        if point == 0 and request.nth == 1:
            open_now.wait(stage.PATIENCE)
            return reply(status="503 Busy")
        return reply({"id": point, "text": "x" * (WINDOW if point == 1 else 1)})

    server = Server(place, script)
    place.job("j", server.url + "/${id}", workers=9, params={"id": {"range": [0, 19]}}, output=ORDER,
              columns=[{"name": "id"}, {"name": "text"}], limits={"per_host": 2})
    run = place.begin("j")
    stage.until(lambda: place.info(run)["in_flight"] == 1 and len(server.asked()) == 2)
    open_now.set()
    assert place.ended(run)["result"] == "complete" and points(place) == list(range(20)), points(place)


def test_a_retry_lands_what_had_failed_behind_the_rest(place):
    well = threading.Event()

    def script(request):
        point = int(request.path[1:])
        return reply({"id": point, "text": ""}) if well.is_set() or point % 5 else reply(status="500 No")

    server = Server(place, script)
    place.job("j", server.url + "/${id}", workers=20, params={"id": {"range": [0, 99]}}, output=ORDER,
              columns=[{"name": "id"}, {"name": "text"}])
    run = place.run("j")
    well.set()
    place.call("POST", f"/v1/runs/{run['id']}/retry", expect=200)
    assert place.ended(run["id"])["result"] == "complete"
    assert points(place) == [n for n in range(100) if n % 5] + list(range(0, 100, 5)), points(place)


@stage.each_engine
def test_what_waited_at_a_kill_is_fetched_again_and_the_order_holds(place, engine):
    slow = Slow(place, {30})
    slow_job(place, slow, 200, engine=engine, workers=8)
    run = place.begin("j")
    stage.until(lambda: place.info(run)["in_flight"] == 1 and place.info(run)["requests"]["landed"] == 30)
    assert points(place) == list(range(30))
    place.stop(signal.SIGKILL)
    slow.open_now.set()
    place.start()
    assert place.ended(run)["result"] == "complete"
    assert points(place) == list(range(200)), points(place)
    assert all(request.nth == 1 for request in slow.server.asked() if int(request.path[1:]) < 30)


def test_what_waits_at_a_stop_is_left_to_the_next_start(place):
    slow = Slow(place, {30})
    place.settings["shutdown_grace"] = "1s"
    slow_job(place, slow, 100)
    run = place.begin("j")
    stage.until(lambda: place.info(run)["in_flight"] == 1 and place.info(run)["requests"]["landed"] == 30)
    assert place.stop() == 0
    assert points(place) == list(range(30))
    slow.open_now.set()
    place.start()
    assert place.ended(run)["result"] == "complete"
    assert points(place) == list(range(100)), points(place)


def test_a_cancelled_run_keeps_its_order_when_it_is_retried(place):
    slow = Slow(place, {30})
    slow_job(place, slow, 100)
    run = place.begin("j")
    stage.until(lambda: place.info(run)["in_flight"] == 1 and place.info(run)["requests"]["landed"] == 30)
    place.call("POST", f"/v1/runs/{run}/cancel", expect=202)
    assert place.ended(run)["result"] == "cancelled" and points(place) == list(range(30))
    slow.open_now.set()
    place.call("POST", f"/v1/runs/{run}/retry", expect=200)
    stage.until(lambda: place.info(run)["result"] == "complete")
    assert points(place) == list(range(100)), points(place)


def test_chains_beyond_the_head_stop_at_the_window_and_go_on_in_order(place):
    open_now = threading.Event()
    place.closers.append(open_now.set)

    def script(request):
        point, page = int(request.path[1:]), int(request.query.get("c", 0))
        if point == 0:
            open_now.wait(stage.PATIENCE)
        more = {"next": str(page + 1)} if page < 19 else {}
        return reply({"rows": [{"id": f"{point}.{page}", "text": "x" * (100 << 10)}], **more})

    server = Server(place, script)
    place.job("j", server.url + "/${id}", workers=6, params={"id": {"range": [0, 9]}}, output=ORDER, pages=CURSOR,
              records="/rows", columns=[{"name": "id"}, {"name": "text"}])
    run = place.begin("j")
    stage.until(lambda: place.info(run)["in_flight"] == 1 and len(server.asked()) > 20)
    assert (len(server.asked()) - 1) * (100 << 10) <= WINDOW, len(server.asked())
    open_now.set()
    assert place.ended(run)["result"] == "complete"
    found = [text.split(",")[0] for text in b"".join(contents(place, "j")).decode().splitlines()[1:]]
    assert found == [f"{point}.{page}" for point in range(10) for page in range(20)], found
    assert max(request.nth for request in server.asked()) == 1


stage.play(globals())
