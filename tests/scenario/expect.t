#!/usr/bin/env python3
"""Runs that went well, but did not bring what was expected: suspect, said with both figures, not published."""
import random
import time

import stage
from server import Server, reply


def serve(place, answers, **definition):
    """A job `j` with a request for each of `answers`, values; the list may be changed between runs."""
    server = Server(place, lambda r: reply(answers[int(r.path[1:])]))
    place.job("j", server.url + "/${n}", params={"n": {"range": [0, len(answers) - 1]}}, **definition)
    return server


def records(n, first=0):
    return [{"id": first + i, "name": f"n{i}"} for i in range(n)]


def suspect(place, *hints):
    run = place.run("j")
    assert run["result"] == "suspect", run
    for hint in hints:
        assert hint in run["reason"], run["reason"]
    return run


@stage.each_engine
def test_fewer_records_than_the_api_counts_are_suspect(place, engine):
    answers = [{"total": 3, "items": records(3)}, {"total": "5", "items": records(4)}]
    serve(place, answers, engine=engine, records="/items", expect={"total": "/total"})
    run = suspect(place, "7 records came where the API counts 8")
    assert run["rows"] == 7
    assert "suspect (7 records came where the API counts 8)" in place.log()
    assert "suspect" in place.ctl("runs", "j").stdout and "counts 8" in place.ctl("info", str(run["id"])).stdout
    assert place.ctl("run", "j", "--wait").returncode == 12
    answers[1] = {"total": 4, "items": records(4)}
    assert place.run("j")["result"] == "complete"


def test_the_total_is_that_of_the_records_whatever_becomes_of_them(place):
    answers = [{"total": 3, "items": [{"id": 1, "l": [1, 2]}, {"id": "x", "l": []}, {"id": 3, "l": [3, 4, 5]}]}]
    serve(place, answers, records="/items", explode="/l", on_error="reject",
          columns=[{"name": "id", "type": "int"}, {"name": "l"}], expect={"total": "/total"})
    run = place.run("j")
    assert (run["result"], run["rows"], run["rejected"]) == ("complete", 5, 1), run


def test_an_api_that_does_not_say_its_total_is_suspect(place):
    serve(place, [{"items": []}, {"total": 0, "items": []}], records="/items", expect={"total": "/total"})
    suspect(place, "of 1 of 2 requests the API did not say how many records there are")


def test_rows_have_to_be_enough_and_not_too_many(place):
    answers = [records(4)]
    serve(place, answers, expect={"min_rows": 5, "max_rows": 8})
    suspect(place, "4 rows landed where at least 5 are expected")
    answers[0] = records(9)
    suspect(place, "9 rows landed where at most 8 are expected")
    answers[0] = records(8)
    assert place.run("j")["result"] == "complete"


def test_a_drop_is_measured_against_the_last_complete_run(place):
    answers = [records(10)]
    serve(place, answers, expect={"max_drop": "30%"})
    assert place.run("j")["result"] == "complete"
    answers[0] = records(6)
    suspect(place, "6 rows landed where run 1 had 10: more than 30% fewer")
    answers[0] = records(6)
    suspect(place, "run 1 had 10")  # a suspect run is nothing to go by
    answers[0] = records(7)
    assert place.run("j")["result"] == "complete"


@stage.each_engine
def test_required_values_and_unique_keys_in_every_format(place, engine):
    answers = [[{"id": 1, "a": {"b": "x"}}, {"id": 2, "a": {"b": None}}, {"id": 2, "a": {"b": "y"}}],
               [{"id": 1, "a": {}}, {"a": {"b": "z"}}, {"id": "1", "a": {"b": 0}}]]
    server = Server(place, lambda r: reply(answers[int(r.path[1:])]))
    expect = {"required": ["id", "a.b"], "unique": ["id"]}
    columns = [{"name": "id"}, {"name": "a.b", "from": "/a/b"}]
    for name, extra in {"csv": {}, "jsonl": {"output": {"format": "jsonl"}}, "declared": {"columns": columns}}.items():
        place.job(name, server.url + "/${n}", params={"n": [0, 1]}, engine=engine, expect=expect, **extra)
    for name in place.jobs:
        run = place.run(name)
        assert run["result"] == "suspect" and run["rows"] == 6, (name, run)
        assert "3 of 6 rows lack a value that is required (id, a.b)" in run["reason"], (name, run)
        assert "2 of 6 rows have a key that another row has (id)" in run["reason"], (name, run)


def test_a_suspect_snapshot_is_kept_aside_and_the_last_good_one_stays(place):
    answers = [records(3)]
    serve(place, answers, expect={"min_rows": 2}, output={"mode": "snapshot"})
    assert place.run("j")["result"] == "complete"
    answers[0] = records(1)
    suspect(place, "1 rows landed where at least 2")
    names = sorted(path.name for path in (place.data / "j/j").iterdir())
    assert names == ["1", "2.suspect", "latest"], names
    assert (place.data / "j/j/latest").readlink().name == "1"
    assert (place.data / "j/j/2.suspect/_MANIFEST").exists()
    answers[0] = records(2)
    assert place.run("j")["result"] == "complete"
    assert (place.data / "j/j/latest").readlink().name == "3"


def test_a_run_with_failures_is_partial_and_judged_when_it_is_whole(place):
    answers = [records(3), None]
    server = Server(place, lambda r: reply(answers[int(r.path[1:])], status="200 OK" if answers[int(r.path[1:])] else "500 No"))
    place.job("j", server.url + "/${n}", params={"n": [0, 1]}, expect={"unique": ["id"]})
    run = place.run("j")
    assert run["result"] == "partial", run
    answers[1] = records(3, first=2)
    place.call("POST", f"/v1/runs/{run['id']}/retry")
    ended = place.ended(run["id"])
    assert ended["result"] == "suspect" and "1 of 6 rows have a key" in ended["reason"], ended


@stage.each_engine
def test_what_is_counted_survives_kills_in_the_middle(place, engine):
    requests = 80

    def answer(request):
        time.sleep(0.01)
        n = int(request.path[1:])
        return reply({"total": 3 if n == 7 else 2, "items": records(2, first=n * 2 - (n == 40))})

    server = Server(place, answer)
    place.job("j", server.url + "/${n}", params={"n": {"range": [0, requests - 1]}}, records="/items", engine=engine,
              expect={"total": "/total", "unique": ["id"]})
    rnd, run = random.Random(3), place.begin("j")
    for _ in range(3):
        time.sleep(rnd.uniform(0.02, 0.1))
        place.daemon.kill()
        place.daemon.wait()
        place.daemon = None
        place.start()
    ended = place.ended(run)
    assert ended["result"] == "suspect" and ended["rows"] == 160, ended
    assert "160 records came where the API counts 161" in ended["reason"], ended
    assert "1 of 160 rows have a key that another row has (id)" in ended["reason"], ended


stage.play(globals())
