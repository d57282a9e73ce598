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


def categories(request):
    """A list of three in two pages, and what is asked for then."""
    if request.path != "/list":
        return echo(request)
    if "page" in request.query:
        return reply({"items": [{"id": "c"}, {"id": "a"}]})
    return reply({"items": [{"id": "a"}, {"id": "b b"}, {"id": None}], "next": "2"})


def asking_first(place, server, **more):
    request = {"request": {"url": server.url + "/list"}, "records": "/items", "from": "/id",
               "pages": {"by": "cursor", "from": "/next", "param": "page"}}
    place.job("j", server.url + "/${c}", params={"c": request}, **more)


@stage.each_engine
def test_values_are_in_the_answer_to_a_first_request_page_by_page(place, engine):
    server = Server(place, categories)
    asking_first(place, server, engine=engine)
    done = place.run("j")
    assert done["result"] == "complete" and done["requests"]["total"] == 3, done
    assert sorted(server.targets()) == ["/a", "/b%20b", "/c", "/list", "/list?page=2"], server.targets()
    shown = plan(place, "j")
    assert shown["requests"] is None and shown["inputs"][0]["from"].endswith("/list"), shown
    said = place.ctl("plan", "j").stdout
    assert "known when the first request is answered" in said, said
    tried = place.call("POST", "/v1/jobs/j/try", {"params": {"c": "b b"}}, expect=200)
    assert tried["request"]["url"].endswith("/b%20b"), tried
    assert server.targets().count("/list?page=2") == 1, server.targets()


def test_the_first_request_bears_what_the_job_does_on_its_own_origin_only(place):
    (place.dir / "token").write_text("hunter2")
    heads = {}

    def script(request):
        heads[request.path] = request.headers
        return categories(request)

    server, other = Server(place, script), Server(place, script)
    place.job("j", server.url + "/${c}/${d}", auth={"bearer": {"file": "token"}}, params={
        "c": {"request": {"url": server.url + "/list"}, "records": "/items", "from": "/id"},
        "d": {"request": {"url": other.url + "/foreign", "headers": {"X-Y": "z"}}, "from": "/id"}})
    assert place.run("j")["result"] == "complete"
    assert heads["/list"]["authorization"] == "Bearer hunter2", heads
    assert "authorization" not in heads["/foreign"] and heads["/foreign"]["x-y"] == "z", heads
    assert heads["/a/foreign"]["authorization"] == "Bearer hunter2", heads


def test_a_first_request_that_fails_fails_the_run_and_a_retry_heals_it(place):
    broken = [3]

    def script(request):
        if request.path == "/list" and broken[0]:
            broken[0] -= 1
            return reply("out of order", "503 Service Unavailable")
        return categories(request)

    server = Server(place, script)
    asking_first(place, server)
    failed = place.run("j")
    assert failed["result"] == "failed" and failed["requests"]["total"] == 0, failed
    assert 'parameter "c": its first request: GET' in failed["reason"] and "/list" in failed["reason"], failed
    assert "tried 3 times" in failed["reason"] and "503" in failed["reason"], failed
    assert place.call("GET", "/v1/jobs/j", expect=200)["last"]["result"] == "failed"
    broken[0] = 2  # of which the tries of one request take care
    place.call("POST", f"/v1/runs/{failed['id']}/retry", expect=200)
    healed = place.ended(failed["id"])
    assert healed["result"] == "complete" and healed["requests"]["landed"] == 3, healed
    assert sorted(row["id"] for row in place.rows()) == ["a", "b%20b", "c"], place.rows()


def test_an_answer_without_values_fails_the_run(place):
    server = Server(place, lambda r: reply({"items": []}))
    asking_first(place, server)
    failed = place.run("j")
    assert failed["result"] == "failed" and "its answer has no value" in failed["reason"], failed


def test_a_run_killed_during_its_first_request_makes_it_anew(place):
    hold = [True]

    def script(request):
        if "page" in request.query:
            stage.until(lambda: not hold[0])
        return categories(request)

    server = Server(place, script)
    asking_first(place, server)
    run = place.begin("j")
    stage.until(lambda: "/list?page=2" in server.targets())
    assert place.info(run)["state"] == "waiting", place.info(run)
    place.daemon.kill()
    place.daemon.wait()
    hold[0] = False
    place.start()
    done = place.ended(run)
    assert done["result"] == "complete" and done["requests"]["total"] == 3, done
    assert server.targets().count("/list") == 2, server.targets()
    assert len(place.rows()) == 3


def test_a_run_can_be_cancelled_during_its_first_request(place):
    hold = [True]

    def script(request):
        stage.until(lambda: not hold[0])
        return categories(request)

    server = Server(place, script)
    place.closers.append(lambda: hold.__setitem__(0, False))
    asking_first(place, server)
    run = place.begin("j")
    stage.until(lambda: server.targets())
    place.call("POST", f"/v1/runs/{run}/cancel", expect=202)
    assert place.ended(run)["result"] == "cancelled"
    hold[0] = False


def test_a_stop_during_a_first_request_leaves_the_run_for_the_next_start(place):
    hold = [True]

    def script(request):
        if hold[0] and request.path == "/list":
            return reply("later", "503 Service Unavailable", Retry_After="3600")
        return categories(request)

    server = Server(place, script)
    asking_first(place, server)
    place.jobs["j"]["retry"] = {"attempts": 9, "budget": "3h"}
    run = place.begin("j")
    stage.until(lambda: server.targets())
    assert place.stop() == 0
    hold[0] = False
    place.start()
    assert place.ended(run)["result"] == "complete"


def family(place, server, **more):
    place.job("parent", server.url + "/p/${n}", params={"n": {"range": [1, 4]}}, **more)
    place.job("child", server.url + "/c/${id}", after="parent", params={"id": {"job": "parent", "column": "id"}})
    place.job("grandchild", server.url + "/g", after="child")


def history(place, job):
    return [r for r in place.call("GET", f"/v1/runs?job={job}", expect=200)["items"]]


def settled(place, job, count):
    """The runs of the job, oldest first, when there are so many and all have ended."""
    stage.until(lambda: len(history(place, job)) >= count and all(r["state"] == "ended" for r in history(place, job)))
    return history(place, job)[::-1]


@stage.each_engine
def test_a_child_runs_after_each_run_of_its_parent(place, engine):
    server = Server(place, twice)
    family(place, server, engine=engine)
    first = place.run("parent")
    settled(place, "grandchild", 1)
    second = place.run("parent")
    children, last = settled(place, "child", 2), settled(place, "grandchild", 2)
    assert [c["after"] for c in children] == [first["id"], second["id"]], children
    assert [c["trigger"] for c in children] == ["after"] * 2 and {c["result"] for c in children} == {"complete"}
    assert [g["after"] for g in last] == [c["id"] for c in children], last
    assert children[0]["slot"] == first["slot"], (children, first)
    assert asked(server, "/c/") == sorted(WANTED * 2, key=lambda t: (len(t), t)), server.targets()


def test_a_child_follows_only_what_ended_complete(place):
    broken = [True]
    server = Server(place, lambda r: reply("no", 404) if broken[0] and r.path == "/p/3" else twice(r))
    family(place, server, output={"mode": "snapshot"})
    run = place.run("parent")
    assert run["result"] == "partial" and not history(place, "child"), run
    broken[0] = False
    place.call("POST", f"/v1/runs/{run['id']}/retry", expect=200)
    child, = settled(place, "child", 1)
    assert child["after"] == run["id"] and child["requests"]["landed"] == 5, child
    place.call("POST", "/v1/jobs/child/disable", expect=200)
    place.run("parent")
    assert len(history(place, "child")) == 1


def test_children_of_a_busy_job_wait_and_none_is_lost(place):
    hold = [True]

    def script(request):
        if request.path.startswith("/c/"):
            stage.until(lambda: not hold[0])
        return twice(request)

    server = Server(place, script)
    family(place, server)
    for _ in range(3):
        place.run("parent")
    assert [r["state"] for r in history(place, "child")] == ["waiting", "waiting", "running"], history(place, "child")
    place.daemon.kill()
    place.daemon.wait()
    hold[0] = False
    place.start()
    children = settled(place, "child", 3)
    assert [c["result"] for c in children] == ["complete"] * 3, children
    assert len({c["after"] for c in children}) == 3, children
    assert len(settled(place, "grandchild", 3)) == 3


def test_between_a_parents_end_and_its_child_a_kill_changes_nothing(place):
    server = Server(place, twice)
    family(place, server, output={"mode": "snapshot"})
    parents = 6
    for _ in range(parents):
        run = place.begin("parent")
        stage.until(lambda: place.info(run)["state"] == "ended")
        place.daemon.kill()
        place.daemon.wait()
        place.start()
    children = settled(place, "child", parents)
    complete = [r["id"] for r in settled(place, "parent", parents) if r["result"] == "complete"]
    assert len(complete) == parents and sorted(c["after"] for c in children) == complete, (complete, children)
    assert {c["result"] for c in children} == {"complete"}, children


def test_circles_and_strangers_are_refused(place):
    server = Server(place, twice)
    family(place, server)
    place.start()
    place.jobs["parent"]["after"] = "grandchild"
    place.write()
    status, problem = place.call("POST", "/v1/reload")
    assert status == 422 and "the circle" in json.dumps(problem), problem
    assert "parent after grandchild after child after parent" in json.dumps(problem), problem
    place.jobs["parent"]["after"] = "nobody"
    place.write()
    status, problem = place.call("POST", "/v1/reload")
    assert status == 422 and 'there is no job \\"nobody\\"' in json.dumps(problem), problem
    del place.jobs["parent"]["after"]
    place.write()
    place.call("POST", "/v1/reload", expect=200)
    put = {"request": {"url": server.url}, "after": "new"}
    status, problem = place.call("PUT", "/v1/jobs/new", put)
    assert status == 422 and "the circle new after new" in problem["detail"], problem
    place.call("PUT", "/v1/jobs/new", {"request": {"url": server.url}}, expect=201)
    place.call("PUT", "/v1/jobs/newer", {"request": {"url": server.url}, "after": "new"}, expect=201)
    status, problem = place.call("DELETE", "/v1/jobs/new")
    assert status == 409 and 'the job "newer" runs after "new"' in problem["detail"], problem


def test_a_child_that_cannot_begin_has_a_history_all_the_same(place):
    server = Server(place, lambda r: reply({"no": 1}))
    family(place, server)
    parent = place.run("parent")
    child, = settled(place, "child", 1)
    assert child["result"] == "failed" and "names no column" in child["reason"], child
    assert child["after"] == parent["id"] and not history(place, "grandchild"), child


stage.play(globals())
