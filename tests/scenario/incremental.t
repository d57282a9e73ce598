#!/usr/bin/env python3
"""Increments: each record lands once, whatever lies at the mark, fails between, or is killed."""
import collections
import contextlib
import csv
import datetime
import io
import pathlib
import random
import shutil
import sqlite3
import tempfile
import threading
import time

import stage
from server import Server, reply

DAY = "2026-01-01T"


class Api:
    """Records {id, at}, asked with ?since= (inclusive) and, if paged, ?cursor=."""

    def __init__(self, place, size=0):
        self.records, self.size, self.broken, self.hold = [], size, set(), None
        self.server = Server(place, self.answer)
        self.url = self.server.url

    def add(self, *records):
        self.records += [{"id": i, "at": at} for i, at in records]

    def answer(self, request):
        if self.hold and not self.hold(request):
            return reply("no", 500)
        if request.target in self.broken or request.path in self.broken:
            return reply({"error": "gone"}, "410 Gone")
        since = instant(request.query["since"]) if "since" in request.query else None
        found = [r for r in self.records if since is None or instant(r["at"]) >= since]
        if not self.size:
            return reply({"items": found})
        first = int(request.query.get("cursor", 0))
        more = first + self.size if first + self.size < len(found) else None
        return reply({"items": found[first:first + self.size], "next": more})

    def since(self):
        return [request.query.get("since") for request in self.server.asked()]


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def job(place, api, path="/items", incremental=(), **more):
    more.setdefault("records", "/items")
    more.setdefault("columns", [{"name": "id"}, {"name": "at"}])
    place.job("j", api.url + path, incremental={"cursor": "/at", "param": "since", **dict(incremental)}, **more)


PAGES = {"pages": {"by": "cursor", "from": "/next", "param": "cursor"}}


def landed(place):
    return sorted(row["id"] for row in place.rows())


def complete(place, **order):
    run = place.run("j", **order)
    assert run["result"] == "complete", run
    return run


@stage.each_engine
def test_each_run_asks_from_the_mark_and_what_lies_there_lands_once(place, engine):
    api = Api(place)
    api.add(("1", DAY + "01:00:00Z"), ("2", DAY + "02:00:00Z"))
    job(place, api, engine=engine, incremental={"start": "2025-12-31T00:00:00Z"})
    assert complete(place)["rows"] == 2
    api.add(("3", DAY + "02:00:00Z"), ("4", DAY + "03:00:00+00:00"))
    assert complete(place)["rows"] == 2
    assert complete(place)["rows"] == 0
    assert landed(place) == ["1", "2", "3", "4"], landed(place)
    assert api.since() == ["2025-12-31T00:00:00Z", DAY + "02:00:00Z", DAY + "03:00:00+00:00"], api.since()


def test_a_look_back_finds_what_was_late_and_lands_nothing_twice(place):
    api = Api(place)
    api.add(*((str(i), DAY + f"{i:02}:00:00Z") for i in range(10)))
    job(place, api, incremental={"lookback": "3h", "key": ["id"]})
    assert complete(place)["rows"] == 10
    api.add(("late", DAY + "07:30:00Z"), ("too-late", DAY + "05:59:59Z"), ("new", DAY + "09:30:00Z"))
    assert complete(place)["rows"] == 2
    assert complete(place)["rows"] == 0
    assert api.since() == [None, DAY + "06:00:00Z", DAY + "06:30:00Z"], api.since()
    assert landed(place) == sorted([*map(str, range(10)), "late", "new"])


def test_a_record_that_changed_lands_again_in_its_new_form(place):
    api = Api(place)
    api.add(("1", DAY + "01:00:00Z"), ("2", DAY + "02:00:00Z"))
    job(place, api, incremental={"key": ["id"]})
    complete(place)
    api.records[0]["at"] = DAY + "04:00:00Z"
    assert complete(place)["rows"] == 1
    assert landed(place) == ["1", "1", "2"]


def test_zones_and_fractions_are_compared_as_instants(place):
    api = Api(place)
    # In text order the second would be the higher.
    api.add(("a", "2026-01-01T10:00:00.25+02:00"), ("b", "2026-01-01T08:00:00.1+00:00"))
    job(place, api)
    complete(place)
    complete(place)
    assert api.since()[1] == "2026-01-01T10:00:00.25+02:00", api.since()
    assert landed(place) == ["a", "b"]


def test_numbers_beyond_doubles_are_marks(place):
    api = Api(place)
    numbers = ["9007199254740993", "9007199254740992"]
    server = Server(place, lambda r: reply(
        ("[" + ",".join('{"n":%s}' % n for n in numbers) + "]").encode()))
    place.job("j", server.url, columns=[{"name": "n"}],
              incremental={"cursor": "/n", "param": "after", "type": "number", "start": 0})
    assert complete(place)["rows"] == 2
    numbers.append("9007199254740994")
    assert complete(place)["rows"] == 1
    assert [r.query["after"] for r in server.asked()] == ["0", "9007199254740993"]
    assert sorted(row["n"] for row in place.rows()) == [f"900719925474099{i}" for i in (2, 3, 4)]


def test_the_mark_may_stand_anywhere_in_the_request(place):
    seen = []

    def script(request):
        seen.append((request.path, request.query.get("q"), request.headers.get("x-since"), request.body))
        return reply([{"at": "b/ö"}])

    server = Server(place, script)
    place.job("j", {"url": server.url + "/${mark|default:none}", "method": "POST",
                    "query": {"q": "at>${mark|default:}"}, "headers": {"X-Since": "${mark|default:x}"},
                    "json": {"since": "${mark|default:}"}},
              incremental={"cursor": "/at", "type": "text"})
    complete(place)
    complete(place)
    assert seen[0] == ("/none", "at>", "x", b'{"since":""}'), seen
    assert seen[1][:2] == ("/b%2F%C3%B6", "at>b/ö") and seen[1][3].decode() == '{"since":"b/ö"}', seen


def test_every_point_has_a_mark_of_its_own(place):
    api = Api(place)
    api.add(("1", DAY + "01:00:00Z"))
    job(place, api, "/${part}", params={"part": ["a", "b", "c"]}, workers=1,
        columns=[{"name": "id"}, {"name": "part", "meta": "param.part"}])
    api.broken = {"/b"}
    assert place.run("j")["result"] == "partial"
    api.broken = set()
    api.add(("2", DAY + "02:00:00Z"))
    complete(place)
    asked = collections.Counter((r.path, r.query.get("since")) for r in api.server.asked())
    assert asked == {("/a", None): 1, ("/b", None): 2, ("/c", None): 1,
                     ("/a", DAY + "01:00:00Z"): 1, ("/c", DAY + "01:00:00Z"): 1}, asked
    rows = collections.Counter((row["part"], row["id"]) for row in place.rows())
    assert rows == {(part, i): 1 for part in "abc" for i in "12"}, rows


def test_one_mark_for_the_job_waits_for_every_point(place):
    api = Api(place)
    api.add(("1", DAY + "01:00:00Z"))
    job(place, api, "/${part}", incremental={"per": "job"}, params={"part": ["a", "b", "c"]})
    api.broken = {"/b"}
    first = place.run("j")
    assert first["result"] == "partial", first
    assert state(place) == [], state(place)
    api.broken = set()
    place.call("POST", f"/v1/runs/{first['id']}/retry", expect=200)
    assert place.ended(first["id"])["result"] == "complete"
    assert state(place) == [{"params": None, "value": DAY + "01:00:00Z", "run": first["id"]}], state(place)
    api.add(("2", DAY + "02:00:00Z"))
    complete(place, params={"part": "a"})  # a part of the job says nothing about all of it
    assert state(place)[0]["value"] == DAY + "01:00:00Z"


def state(place, job="j"):
    return place.call("GET", f"/v1/jobs/{job}/state", expect=200)["items"]


@stage.each_engine
def test_a_page_that_fails_between_good_ones_leaves_the_mark(place, engine):
    api = Api(place, size=2)
    api.add(*((str(i), DAY + f"{9 - i:02}:00:00Z") for i in range(8)))  # the highest comes first
    job(place, api, engine=engine, **PAGES)
    api.broken = {"/items?cursor=4"}
    first = place.run("j")
    assert first["result"] == "failed" and first["rows"] == 4, first
    assert state(place) == [], state(place)
    api.broken = set()
    place.call("POST", f"/v1/runs/{first['id']}/retry", expect=200)
    assert place.ended(first["id"])["result"] == "complete"
    assert [item["value"] for item in state(place)] == [DAY + "09:00:00Z"], state(place)
    assert landed(place) == sorted(map(str, range(8)))
    assert complete(place)["rows"] == 0


def test_a_retry_asks_what_the_run_asked_then(place):
    api = Api(place)
    api.add(("1", DAY + "01:00:00Z"))
    job(place, api, "/${part}", params={"part": ["a", "b"]}, workers=1)
    complete(place)
    api.broken = {"/b"}
    api.add(("2", DAY + "02:00:00Z"))
    second = place.run("j")
    assert second["result"] == "partial", second
    api.broken = set()
    api.add(("3", DAY + "03:00:00Z"))
    complete(place)
    assert [i["value"] for i in state(place)] == [DAY + "03:00:00Z"] * 2
    before = len(api.server.asked())
    place.call("POST", f"/v1/runs/{second['id']}/retry", expect=200)
    assert place.ended(second["id"])["result"] == "complete"
    again = api.server.asked()[before:]
    assert [(r.path, r.query["since"]) for r in again] == [("/b", DAY + "01:00:00Z")], again
    # and the mark does not go back
    assert [i["value"] for i in state(place)] == [DAY + "03:00:00Z"] * 2


@stage.each_engine
def test_a_killed_run_goes_on_from_the_mark_it_began_with(place, engine):
    api = Api(place, size=3)
    api.add(("0", DAY + "00:00:00Z"))
    job(place, api, engine=engine, **PAGES)
    complete(place)
    api.add(*((str(i), DAY + f"{i // 60:02}:{i % 60:02}:00Z") for i in range(1, 60)))
    run = None
    for at in (6, 21, 45):
        reached, go = threading.Event(), threading.Event()
        place.closers.append(go.set)

        def hold(request, at=at, reached=reached, go=go):
            if int(request.query.get("cursor", 0)) >= at:
                reached.set()
                go.wait(stage.PATIENCE)
            return True

        api.hold = hold
        if run:
            place.start()
        else:
            run = place.begin("j")
        assert reached.wait(stage.PATIENCE)
        assert [i["value"] for i in state(place)] == [DAY + "00:00:00Z"], state(place)
        place.daemon.kill()
        place.daemon.wait()
        api.hold = None
        go.set()
    place.start()
    assert place.ended(run)["result"] == "complete"
    assert {r.query["since"] for r in api.server.asked()[1:]} == {DAY + "00:00:00Z"}
    assert collections.Counter(landed(place)) == {str(i): 1 for i in range(60)}
    assert [i["value"] for i in state(place)] == [DAY + "00:59:00Z"]
    assert complete(place)["rows"] == 0


def test_a_mark_can_be_set_and_reset(place):
    api = Api(place)
    api.add(*((str(i), DAY + f"0{i}:00:00Z") for i in range(4)))
    job(place, api, "/${part}", params={"part": ["a", "b"]}, workers=1,
        columns=[{"name": "id"}, {"name": "part", "meta": "param.part"}])
    complete(place)
    done = place.ctl("state", "j", "set", "mark=" + DAY + "02:00:00Z", "part=b")
    assert done.returncode == 0, done.stderr
    shown = [line.split() for line in place.ctl("--no-legend", "state", "j").stdout.splitlines()]
    assert shown == [["part=a", DAY + "03:00:00Z", "1"], ["part=b", DAY + "02:00:00Z", "by", "hand"]], shown
    assert complete(place)["rows"] == 2  # set: from there on, that record too
    assert collections.Counter((r["part"], r["id"]) for r in place.rows()) == {
        **{("a", str(i)): 1 for i in range(4)}, ("b", "0"): 1, ("b", "1"): 1, ("b", "2"): 2, ("b", "3"): 2}
    done = place.ctl("state", "j", "reset")
    assert done.returncode == 0 and state(place) == [], done.stderr
    assert complete(place)["rows"] == 8


def test_what_cannot_be_a_mark_is_refused_and_changes_nothing(place):
    api = Api(place)
    api.add(("1", DAY + "01:00:00Z"))
    job(place, api, "/${part}", params={"part": ["a", "b"]})
    place.job("plain", api.url)
    complete(place)
    before = state(place)
    for path, body, words in (
            ("j", {"mark": "yesterday"}, "expected a time"),
            ("j", {"mark": 5}, "mark: expected a string"),
            ("j", {}, "mark: expected a string"),
            ("j", {"mark": DAY + "01:00:00Z", "params": {"part": "z"}}, "z"),
            ("j", {"mark": DAY + "01:00:00Z", "params": {"other": "z"}}, "other"),
            ("j", {"value": "x"}, "value"),
            ("plain", {"mark": DAY + "01:00:00Z"}, "not incremental")):
        status, problem = place.call("PUT", f"/v1/jobs/{path}/state", body)
        assert status == 422 and words in problem["detail"], (status, problem)
    assert place.call("PUT", "/v1/jobs/none/state", {"mark": "x"})[0] == 404
    assert place.ctl("state", "j", "set", "part=a").returncode == 2
    assert place.ctl("state", "j", "undo").returncode == 2
    assert state(place) == before


def test_marks_are_left_alone_while_a_run_goes_on(place):
    api, go = Api(place), threading.Event()
    api.add(("1", DAY + "01:00:00Z"))
    job(place, api)
    complete(place)
    api.hold = lambda request: go.wait(stage.PATIENCE)
    run = place.begin("j")
    for method, body in (("PUT", {"mark": DAY + "00:00:00Z"}), ("DELETE", None)):
        status, problem = place.call(method, "/v1/jobs/j/state", body)
        assert status == 409 and f"run {run}" in problem["detail"], problem
    go.set()
    place.ended(run)
    assert state(place)[0]["value"] == DAY + "01:00:00Z"


def test_a_run_from_before_a_reset_moves_no_mark(place):
    api = Api(place)
    api.add(("1", DAY + "01:00:00Z"))
    job(place, api)
    api.broken = {"/items"}
    run = place.run("j")["id"]
    assert place.call("DELETE", "/v1/jobs/j/state")[0] == 204
    api.broken = set()
    place.call("POST", f"/v1/runs/{run}/retry", expect=200)
    assert place.ended(run)["result"] == "complete"
    assert state(place) == []


def test_marks_of_another_cursor_are_not_taken_for_this_ones(place):
    api = Api(place)
    api.add(("1", DAY + "01:00:00Z"))
    job(place, api)
    complete(place)
    job(place, api, incremental={"cursor": "/id", "type": "text", "param": "from"})
    place.call("POST", "/v1/reload", expect=200)
    status, problem = place.call("POST", "/v1/jobs/j/run")
    assert status == 422 and "/at (time)" in problem["detail"] and "/id (text)" in problem["detail"], problem
    assert "fetchctl state" in problem["detail"]
    place.call("PUT", "/v1/jobs/j/state", {"mark": "0"}, expect=200)
    assert complete(place)["result"] == "complete"


def test_a_record_without_a_cursor_fails_its_request_by_name(place):
    api = Api(place)
    api.records = [{"id": "1", "at": DAY + "01:00:00Z"}, {"id": "2", "at": None}]
    job(place, api)
    run = place.run("j")
    assert run["result"] == "failed"
    [failure] = place.failed(run["id"])
    assert "record 2" in failure["error"] and "/at" in failure["error"], failure
    assert state(place) == [] and place.rows() == []


def test_a_snapshot_moves_the_mark_when_it_is_published(place):
    api = Api(place)
    api.add(("1", DAY + "01:00:00Z"))
    job(place, api, "/${part}", params={"part": ["a", "b"]}, output={"mode": "snapshot"})
    api.broken = {"/b"}
    run = place.run("j")["id"]
    assert state(place) == []
    api.broken = set()
    place.call("POST", f"/v1/runs/{run}/retry", expect=200)
    assert place.ended(run)["result"] == "complete"
    assert [i["value"] for i in state(place)] == [DAY + "01:00:00Z"] * 2
    api.add(("2", DAY + "02:00:00Z"))
    for wanted in (2, 0, 0):
        assert complete(place)["rows"] == wanted
    assert [i["value"] for i in state(place)] == [DAY + "02:00:00Z"] * 2


def recorded(place):
    """The records that are committed, and the marks: (value, stands), as a start would find them."""
    copy = pathlib.Path(tempfile.mkdtemp(dir=place.dir))
    for file in place.state.glob("fetchd.db*"):
        shutil.copy(file, copy)
    with contextlib.closing(sqlite3.connect(copy / "fetchd.db")) as db:
        marks = db.execute("SELECT value, stands FROM marks ORDER BY run DESC").fetchall()
        offsets = db.execute("SELECT path, offset FROM outputs WHERE phase = 2 OR offset > 0").fetchall()
    rows = []
    for path, offset in offsets:
        text = (place.data / (path + ".csv")).read_bytes()
        assert len(text) >= offset, f"{path} is shorter than recorded"
        rows += csv.DictReader(io.StringIO(text[:offset].decode()))
    return rows, marks


def test_no_mark_is_ever_ahead_of_the_rows_it_is_of(place):
    api, chance = Api(place, size=2), random.Random(7)
    total = 240
    moments = [f"2026-01-01T{i // 60:02}:{i % 60:02}:00Z" for i in range(total)]
    chance.shuffle(moments)
    api.add(*((str(i), at) for i, at in enumerate(moments)))
    api.hold = lambda request: time.sleep(0.02) or True
    job(place, api, **PAGES)
    run, seen = None, set()
    for turn in range(25):
        if run:
            place.start()
        else:
            run = place.begin("j")
        if place.info(run)["state"] == "ended":
            break
        want = len(api.server.asked()) + chance.randrange(1, 8)
        stage.until(lambda: len(api.server.asked()) >= want or place.info(run)["state"] == "ended")
        time.sleep(chance.random() * 0.06)  # somewhere between an answer and the commit after next
        place.daemon.kill()
        place.daemon.wait()
        rows, marks = recorded(place)
        ids = [row["id"] for row in rows]
        assert len(set(ids)) == len(ids), "rows landed twice"
        seen.add(len(ids))
        highest = max((row["at"] for row in rows), default=None)
        assert [value for value, _ in marks] == ([highest] if highest else []), (marks, highest)
        assert all(stands == 0 for _, stands in marks) or len(ids) == total, (marks, len(ids))
    else:
        place.start()
    assert place.ended(run)["result"] == "complete"
    assert len(seen) > 5, seen
    assert collections.Counter(landed(place)) == {str(i): 1 for i in range(total)}
    assert state(place)[0]["value"] == max(moments)


def test_plan_and_try_ask_from_the_mark(place):
    api = Api(place)
    api.add(("1", DAY + "01:00:00Z"))
    job(place, api, incremental={"lookback": "30m", "start": "2025-01-01T00:00:00Z"})
    place.start()
    plan = place.call("GET", "/v1/jobs/j/plan", expect=200)
    assert plan["incremental"] == {"cursor": "/at", "type": "time", "per": "request", "mark": None,
                                   "since": "2025-01-01T00:00:00Z"}, plan
    complete(place)
    plan = place.call("GET", "/v1/jobs/j/plan", expect=200)
    assert plan["incremental"]["since"] == DAY + "00:30:00Z", plan
    assert plan["first"]["url"].endswith("/items?since=2026-01-01T00%3A30%3A00Z"), plan
    assert "/at since 2026-01-01T00:30:00Z" in place.ctl("plan", "j").stdout
    tried = place.call("POST", "/v1/jobs/j/try", expect=200)
    assert tried["row_count"] == 0 and tried["request"]["url"].endswith("00%3A30%3A00Z"), tried


stage.play(globals())
