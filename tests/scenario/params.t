#!/usr/bin/env python3
"""Where parameters have their values from besides files of texts, and the rules over what they make."""
import collections
import json

import stage
from server import Server, reply


def echo(request):
    return reply({"id": request.path.split("/")[-1]})


def asked(server, prefix=""):
    """The last part of every target under `prefix`, in order of numbers."""
    return sorted((path[len(prefix):] for path in server.targets() if path.startswith(prefix)),
                  key=lambda text: (len(text), text))


def plan(place, job):
    return place.call("GET", f"/v1/jobs/{job}/plan", expect=200)


def parent_and_child(place, server, source=None, **output):
    """The parent asks for /p/N and lands what it answers, the child for /c/ID of each landed id."""
    place.job("parent", server.url + "/p/${n}", params={"n": {"range": [1, 4]}}, output=output)
    place.job("child", server.url + "/c/${id}", params={"id": {"job": "parent", **(source or {"column": "id"})}})


def twice(request):
    """Four pages of three records each, of which one is also on the next page, and one has no id."""
    if not request.path.startswith("/p/"):
        return echo(request)
    n = int(request.path[3:])
    return reply([{"id": n * 2, "name": "a;\"b\""}, {"id": n * 2 + 2, "name": "x\ny"}, {"id": None, "name": "n"}])


WANTED = ["2", "4", "6", "8", "10"]


def test_json_files_give_what_a_pointer_finds(place):
    server = Server(place, echo)
    (place.dir / "ids.jsonl").write_text('{"of": {"id": 18446744073709551616}}\n{"of": {"id": "b/c"}}\n')
    (place.dir / "ids.json").write_text('[\n  {"id": 1.10},\n  {"id": true}\n]\n')
    place.job("j", server.url + "/${a}?b=${b}", combine="zip",
              params={"a": {"file": "ids.jsonl", "pointer": "/of/id"}, "b": {"file": "ids.json", "pointer": "/id"}})
    assert place.run("j")["result"] == "complete"
    assert sorted(server.targets()) == ["/18446744073709551616?b=1.10", "/b%2Fc?b=true"], server.targets()
    place.stop()
    (place.dir / "ids.jsonl").write_text('{"of": {"id": 1}}\n{"of": {}}\n')
    place.start()
    status, problem = place.call("POST", "/v1/jobs/j/run")
    assert status == 422 and "ids.jsonl:2: the record has nothing at \"/of/id\"" in problem["detail"], problem


@stage.each_engine
def test_a_child_asks_for_what_its_parent_landed_each_value_once(place, engine):
    server = Server(place, twice)
    parent_and_child(place, server, rotate={"rows": 3})
    place.jobs["parent"]["engine"] = place.jobs["child"]["engine"] = engine
    place.start()
    status, problem = place.call("POST", "/v1/jobs/child/run")
    assert status == 422 and "nothing of the job \"parent\" has landed yet" in problem["detail"], problem
    place.run("parent")
    place.run("parent")
    done = place.run("child")
    assert done["result"] == "complete" and done["requests"]["total"] == 5, done
    assert asked(server, "/c/") == WANTED, server.targets()
    shown = plan(place, "child")
    assert shown["requests"] == 5 and shown["inputs"][0]["values"] == 5, shown
    assert shown["inputs"][0]["from"] == 'the job "parent"' and len(shown["inputs"][0]["first"]) == 3, shown
    said = place.ctl("plan", "child").stdout
    assert '5 values of id from the job "parent": ' in said, said


OUTPUTS = [
    dict(format="csv", csv={"delimiter": ";", "crlf": True, "null": "-", "guard": True, "bom": True}),
    dict(format="csv", compress="gzip", rotate={"rows": 3}),
    dict(format="jsonl", compress="zstd", rotate={"rows": 3}),
    dict(format="json"),
    dict(format="json", mode="snapshot"),
    dict(format="csv", mode="snapshot", compress="gzip"),
    dict(format="jsonl", path="p/${n}"),
    dict(format="csv", mode="snapshot", path="p/${n}", rotate={"rows": 1}),
]


def test_a_child_reads_every_kind_of_output(place):
    server = Server(place, twice)
    for i, output in enumerate(OUTPUTS):
        place.job(f"p{i}", server.url + "/p/${n}", params={"n": {"range": [1, 4]}},
                  output={**output, "path": f"{i}/" + output.get("path", "x")})
        place.job(f"c{i}", server.url + f"/c{i}/${{id}}", params={"id": {"job": f"p{i}", "column": "id"}})
    place.start()
    for i, output in enumerate(OUTPUTS):
        assert place.run(f"p{i}")["result"] == "complete", output
        assert place.run(f"c{i}")["result"] == "complete", output
        assert asked(server, f"/c{i}/") == WANTED, (output, asked(server, f"/c{i}/"))


def test_a_child_reads_the_newest_snapshot_alone(place):
    first = [True]
    server = Server(place, lambda r: reply([{"id": 1 if first[0] else 2}]) if r.path.startswith("/p/") else echo(r))
    parent_and_child(place, server, source={"pointer": "/id"}, mode="snapshot", format="jsonl")
    place.run("parent")
    first[0] = False
    place.run("parent")
    place.run("child")
    assert asked(server, "/c/") == ["2"], server.targets()


def test_a_run_keeps_what_its_parent_had_landed_when_it_began(place):
    broken = [True]
    server = Server(place, lambda r: reply("no", 404) if broken[0] and r.path == "/c/4" else twice(r))
    parent_and_child(place, server)
    place.run("parent")
    run = place.run("child")
    assert run["result"] == "partial", run
    place.stop()
    place.job("parent", server.url + "/p/${n}", params={"n": {"range": [50, 60]}})
    place.run("parent")
    broken[0] = False
    place.call("POST", f"/v1/runs/{run['id']}/retry", expect=200)
    assert place.ended(run["id"])["result"] == "complete"
    assert collections.Counter(asked(server, "/c/")) == {"2": 1, "4": 2, "6": 1, "8": 1, "10": 1}


def test_a_column_that_no_row_has_is_told(place):
    server = Server(place, twice)
    parent_and_child(place, server, source={"column": "nr"})
    place.run("parent")
    status, problem = place.call("POST", "/v1/jobs/child/run")
    assert status == 422 and "parent.csv: its first line names no column \"nr\"" in problem["detail"], problem


def test_the_environment_gives_a_value_to_jobs_of_files_only(place):
    server = Server(place, echo)
    place.env["REGION"] = "north west"
    place.job("j", server.url + "/${region}", params={"region": {"env": "REGION"}})
    assert place.run("j")["result"] == "complete"
    assert server.targets() == ["/north%20west"], server.targets()
    put = {"request": {"url": server.url + "/${region}"}, "params": {"region": {"env": "REGION"}}}
    status, problem = place.call("PUT", "/v1/jobs/k", put)
    assert status == 422 and "does not read the environment" in problem["detail"], problem
    place.stop()
    del place.env["REGION"]
    place.start()
    status, problem = place.call("POST", "/v1/jobs/j/run")
    assert status == 422 and "the environment has no variable REGION" in problem["detail"], problem


def test_rules_take_requests_out_and_add_some(place):
    server = Server(place, echo)
    (place.dir / "ids").write_text("1\n2\n3\n")
    place.job("j", server.url + "/${c}/${id}", params={"c": ["x", "y"], "id": {"file": "ids"}},
              exclude=[{"c": "x", "id": 2}, {"id": 3}, {"id": 77}],
              include=[{"c": "z", "id": 9}, {"c": "y", "id": 1}])
    place.start()
    shown = plan(place, "j")
    assert (shown["requests"], shown["excluded"], shown["included"]) == (4, 3, 1), shown
    assert shown["last"]["params"] == {"c": "z", "id": "9"}, shown
    said = place.ctl("plan", "j").stdout
    assert "4  (3 excluded, 1 included)" in said, said
    assert place.run("j")["requests"]["landed"] == 4
    assert sorted(server.targets()) == ["/x/1", "/y/1", "/y/2", "/z/9"], server.targets()
    place.run("j", params={"id": "9"})
    assert server.targets()[-1] == "/z/9", server.targets()


def test_a_killed_run_goes_on_with_the_points_its_rules_left(place):
    left = [40]

    def script(request):
        with server.lock:
            left[0] -= 1
            hold = left[0] < 0
        if hold:
            stage.until(lambda: left[0] > 0)
        return echo(request)

    server = Server(place, script)
    place.job("j", server.url + "/${a}/${b}", workers=4, params={"a": {"range": [0, 9]}, "b": {"range": [0, 9]}},
              exclude=[{"a": 3}, {"b": 5}], include=[{"a": 3, "b": 5}])
    run = place.begin("j")
    stage.until(lambda: place.info(run)["requests"]["landed"] == 40)
    place.daemon.kill()
    place.daemon.wait()
    left[0] = 1000
    place.start()
    done = place.ended(run)
    assert done["result"] == "complete" and done["requests"]["total"] == 82, done
    assert len(place.rows()) == 82
    wanted = {f"/{a}/{b}" for a in range(10) for b in range(10) if a != 3 and b != 5} | {"/3/5"}
    assert set(server.targets()) == wanted


stage.play(globals())
