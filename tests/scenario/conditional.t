#!/usr/bin/env python3
"""Conditional requests: what has not changed is not sent again, and is not lost either."""
import csv
import gzip
import hashlib
import io
import json
import os
import subprocess
import threading

import stage
from server import Server, reply


class Api:
    """/PART?cursor=N: lists of records with an ETag, a Last-Modified, both or none."""

    def __init__(self, place, tags=("etag",)):
        self.parts, self.tags, self.size, self.broken, self.hold = {}, tags, 0, set(), None
        self.server = Server(place, self.answer)
        self.url = self.server.url

    def answer(self, request):
        if self.hold:
            self.hold(request)
        if request.target in self.broken:
            return reply("gone", "410 Gone")
        records, more = self.parts[request.path[1:]], None
        if self.size:
            first = int(request.query.get("cursor", 0))
            more = first + self.size if first + self.size < len(records) else None
            records = records[first:first + self.size]
        body = json.dumps({"items": records, "next": more}).encode()
        etag = '"%s"' % hashlib.md5(body).hexdigest()
        modified = "Mon, 05 Jan 2026 00:00:%02d GMT" % (sum(body) % 60)
        headers = {"ETag": etag if "etag" in self.tags else None,
                   "Last_Modified": modified if "modified" in self.tags else None}
        same = (request.headers["if-none-match"] == etag if "if-none-match" in request.headers
                else request.headers.get("if-modified-since") == modified)
        if same and self.tags:
            return reply(None, "304 Not Modified", Content_Length=None, **headers)
        return reply(body, **headers)

    def asked(self, since=0):
        """How many requests had a condition, and how many had none."""
        log = self.server.asked()[since:]
        conditional = sum("if-none-match" in r.headers or "if-modified-since" in r.headers for r in log)
        return conditional, len(log) - conditional


def job(place, api, **more):
    more.setdefault("params", {"part": sorted(api.parts)})
    more.setdefault("records", "/items")
    place.job("j", api.url + "/${part}", conditional=True, **more)


def snapshot(**output):
    return {"mode": "snapshot", **output}


def latest_rows(place):
    return sorted(row["id"] for row in stage.landed.rows((place.data / "j" / "j" / "latest").resolve()))


def rows(*ids, **more):
    return [{"id": i, "text": f"a \"b\", {i}\n", **more} for i in ids]


@stage.each_engine
def test_what_has_not_changed_lands_once(place, engine):
    api = Api(place)
    api.parts = {"a": rows("1", "2"), "b": rows("3")}
    job(place, api, engine=engine)
    assert place.run("j")["result"] == "complete"
    second = place.run("j")
    assert second["result"] == "unchanged" and second["requests"]["unchanged"] == 2, second
    assert second["rows"] == 0, second
    assert api.asked() == (2, 2)
    api.parts["b"] = rows("3", "4")
    third = place.run("j")
    assert third["result"] == "complete" and third["requests"]["unchanged"] == 1, third
    assert third["requests"]["landed"] == 1 and third["rows"] == 2, third
    assert sorted(r["id"] for r in place.rows()) == ["1", "2", "3", "3", "4"]


def test_a_date_will_do_where_there_is_no_etag(place):
    api = Api(place, tags=("modified",))
    api.parts = {"a": rows("1")}
    job(place, api)
    place.run("j")
    assert place.run("j")["result"] == "unchanged"
    [_, second] = api.server.asked()
    assert "if-none-match" not in second.headers and "GMT" in second.headers["if-modified-since"]


def test_a_server_that_says_nothing_is_asked_in_full(place):
    api = Api(place, tags=())
    api.parts = {"a": rows("1")}
    job(place, api)
    place.run("j")
    assert place.run("j")["result"] == "complete"
    assert api.asked() == (0, 2)


def test_another_definition_asks_in_full(place):
    api = Api(place)
    api.parts = {"a": rows("1")}
    job(place, api)
    place.run("j")
    job(place, api, description="another")
    place.call("POST", "/v1/reload", expect=200)
    assert place.run("j")["result"] == "complete"
    assert api.asked() == (0, 2)


def test_a_failed_point_keeps_none_of_its_validators(place):
    api = Api(place)
    api.parts, api.size = {"a": rows(*"123456"), "b": rows("7")}, 2
    job(place, api, pages={"by": "cursor", "from": "/next", "param": "cursor"})
    api.broken = {"/a?cursor=4"}
    assert place.run("j")["result"] == "partial"
    api.broken = set()
    second = place.run("j")
    assert second["requests"]["unchanged"] == 1 and second["requests"]["landed"] == 1, second
    conditional = [r.target for r in api.server.asked() if "if-none-match" in r.headers]
    assert conditional == ["/b"], conditional


@stage.each_engine
def test_pages_go_on_behind_one_that_has_not_changed(place, engine):
    api = Api(place)
    api.parts, api.size = {"a": rows(*"123456")}, 2
    job(place, api, engine=engine, pages={"by": "cursor", "from": "/next", "param": "cursor"},
        output=snapshot())
    place.run("j")
    api.parts["a"][2]["text"] = "changed"
    second = place.run("j")
    assert second["result"] == "complete" and second["requests"]["landed"] == 1, second
    assert api.asked(3) == (2, 1)  # behind the one that changed, all is fetched
    assert latest_rows(place) == list("123456")
    third = place.run("j")
    assert third["result"] == "unchanged", third
    assert latest_rows(place) == list("123456")


def plain(part):
    if part.suffix == ".gz":
        return gzip.decompress(part.read_bytes())
    if part.suffix == ".zst":
        return subprocess.run(["zstd", "-dc", str(part)], check=True, capture_output=True).stdout
    return part.read_bytes()


def read(folder):
    """The records of a snapshot by id, in whatever format."""
    found = []
    for part in sorted(folder.glob("part-*")):
        text = plain(part).decode()
        if ".jsonl" in part.name:
            found += [json.loads(line) for line in text.splitlines()]
        elif ".json" in part.name:
            found += json.loads(text)
        else:
            odd = text.startswith("\ufeff")
            found += csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=";" if odd else ",")
    assert len({row["id"] for row in found}) == len(found), found
    return {row["id"]: row for row in found}


FORMATS = [dict(), dict(compress="gzip"), dict(compress="zstd"), dict(format="jsonl"), dict(format="json"),
           dict(format="json", compress="gzip"), dict(csv={"delimiter": ";", "crlf": True, "null": "\\N", "bom": True}),
           dict(rotate={"rows": 3}), dict(format="json", rotate={"rows": 2}), dict(order="requested")]


def test_an_unchanged_part_is_carried_over_byte_by_byte(place):
    for output in FORMATS:
        spot = stage.Place()
        try:
            carry_over(spot, output)
        except Exception as problem:
            raise AssertionError(f"{output}: {problem}") from problem
        finally:
            spot.close()


def carry_over(place, output):
    api = Api(place)
    api.parts = {part: rows(*(f"{part}{i}" for i in range(2)), n=1.10) for part in "abcd"}
    api.parts["e"] = []
    job(place, api, workers=1, output=snapshot(**output),
        columns=[{"name": "id"}, {"name": "text"}, {"name": "none"}, {"name": "fetched", "meta": "run"}])
    first = place.run("j")
    assert first["result"] == "complete" and first["rows"] == 8, first
    api.parts["b"][0]["text"] = "another"
    second = place.run("j")
    assert second["result"] == "complete" and second["rows"] == 8, second
    assert second["requests"]["unchanged"] == 4 and api.asked(5) == (5, 0), second
    folder = place.data / "j" / "j"
    old = read(folder / "1")
    new = read(folder / "2")
    assert sorted(new) == sorted(old) and len(new) == 8
    changed = {i for i in new if new[i] != old[i]}
    assert changed == {"b0", "b1"}, changed  # they name the run that fetched them
    third = place.run("j")
    assert third["result"] == "unchanged" and third["rows"] == 0 and third["files"] == [], third
    assert sorted(os.listdir(folder)) == ["1", "2", "latest"], os.listdir(folder)
    assert os.readlink(folder / "latest") == "2"
    api.parts["a"].append({"id": "a9", "text": ""})
    fourth = place.run("j")
    assert fourth["result"] == "complete" and fourth["rows"] == 9, fourth
    assert set(read(folder / "4")) == set(old) | {"a9"}


def test_carried_rows_fit_columns_that_have_grown(place):
    api = Api(place)
    api.parts = {"a": [{"id": "1", "x": "x,1"}], "b": [{"id": "2", "y": "y\n2"}], "c": [{"id": "3"}]}
    job(place, api, workers=1, output=snapshot())
    place.run("j")
    api.parts["c"] = [{"z": None, "id": "3", "new": "n"}]
    assert place.run("j")["result"] == "complete"
    assert api.asked(3) == (3, 0)
    found = {r["id"]: {k: v for k, v in r.items() if v not in ("", None)}
             for r in stage.landed.rows(place.data / "j" / "j" / "2")}
    assert found == {"1": {"id": "1", "x": "x,1"}, "2": {"id": "2", "y": "y\n2"}, "3": {"id": "3", "new": "n"}}, found
    assert place.run("j")["result"] == "unchanged"


def test_rows_that_cannot_be_read_are_fetched(place):
    api = Api(place)
    api.parts = {"a": rows("1"), "b": rows("2")}
    job(place, api, output=snapshot())
    place.run("j")
    [part] = (place.data / "j" / "j" / "1").glob("part-*")
    os.rename(part, part.with_suffix(".away"))
    second = place.run("j")
    assert second["result"] == "complete" and api.asked(2) == (0, 2), second
    [part] = (place.data / "j" / "j" / "2").glob("part-*")
    text = bytearray(part.read_bytes())  # as long as before, and another: found when it is read
    text[-2] ^= 1
    part.write_bytes(text)
    third = place.run("j")
    assert third["result"] == "complete", third
    assert latest_rows(place) == ["1", "2"]
    assert "the page is fetched anew" in place.log()


def test_a_snapshot_that_was_not_published_is_not_carried_from(place):
    api = Api(place)
    api.parts = {"a": rows("1"), "b": rows("2")}
    job(place, api, output=snapshot())
    place.run("j")
    api.parts["a"] = rows("1", "9")
    api.broken = {"/b"}
    second = place.run("j")
    assert second["result"] == "partial"
    api.broken = set()
    third = place.run("j")
    assert third["result"] == "complete" and third["requests"]["unchanged"] == 1, third
    assert latest_rows(place) == ["1", "2", "9"]
    place.call("POST", f"/v1/runs/{second['id']}/retry", expect=200)
    assert place.ended(second["id"])["result"] == "complete"
    assert latest_rows(place) == ["1", "2", "9"]


@stage.each_engine
def test_a_killed_run_carries_over_each_row_once(place, engine):
    api = Api(place)
    api.parts = {f"p{i:02}": rows(f"{i}x", f"{i}y") for i in range(40)}
    job(place, api, engine=engine, workers=2, output=snapshot(rotate={"rows": 13}))
    place.run("j")
    api.parts["p20"] = rows("20x", "20z")
    wanted, count, go = sorted(r["id"] for p in api.parts.values() for r in p), [0], None
    run = None
    for at in (7, 15, 28):
        reached, go = threading.Event(), threading.Event()
        place.closers.append(go.set)

        def hold(request, at=at, reached=reached, go=go):
            if int(request.path[2:]) >= at:
                reached.set()
                go.wait(stage.PATIENCE)

        api.hold = hold
        if run:
            place.start()
        else:
            run = place.begin("j")
        assert reached.wait(stage.PATIENCE)
        place.daemon.kill()
        place.daemon.wait()
        api.hold = None
        go.set()
    place.start()
    done = place.ended(run)
    assert done["result"] == "complete" and done["rows"] == 80, done
    assert latest_rows(place) == wanted
    assert place.run("j")["result"] == "unchanged"


def test_fetchmock_rehearses_it(place):
    url = place.mock(api={"routes": [{"path": "/orders", "etag": True, "dataset": {
        "name": "orders", "count": 30, "records": {"id": "${index}"}, "pages": {"by": "link", "size": 10}}}]})
    place.job("j", url + "/orders", conditional=True, pages={"by": "link"}, output=snapshot())
    assert place.run("j")["rows"] == 30
    second = place.run("j")
    assert second["result"] == "unchanged" and len(latest_rows(place)) == 30, second


def test_a_reset_forgets_validators(place):
    api = Api(place)
    api.parts = {"a": rows("1")}
    job(place, api)
    place.run("j")
    assert place.call("GET", "/v1/jobs/j/state", expect=200)["validators"] == 1
    assert place.ctl("state", "j", "reset").returncode == 0
    assert place.call("GET", "/v1/jobs/j/state", expect=200)["validators"] == 0
    assert place.run("j")["result"] == "complete" and api.asked() == (0, 2)


def test_many_requests_are_asked_about_in_portions(place):
    api = Api(place)
    api.parts = {str(i): rows(str(i)) for i in range(2500)}
    job(place, api, workers=16)
    assert place.run("j")["result"] == "complete"
    second = place.run("j")
    assert second["result"] == "unchanged" and second["requests"]["unchanged"] == 2500, second
    assert len(place.rows()) == 2500


stage.play(globals())
