#!/usr/bin/env python3
"""Every paginator with every rule that ends its chains: all records once, also when killed on the way.

fetchmock has the pages; what must land is counted here, from nothing but the number of records.
"""
import json
import random
import urllib.request

import stage
import landed
from server import Server, reply

COUNT, SIZE, PARTS = 25, 5, 6  # the last page is full: nothing but the rule says that it is the last
FULL, BEYOND = COUNT // SIZE, COUNT // SIZE + 1

PAGE, OFFSET = {"by": "page"}, {"by": "offset", "size": SIZE}
CURSOR = {"by": "cursor", "from": "/next_cursor", "param": "cursor"}
NEXT = {"by": "next_url", "from": "/next"}

# name: (what the API does, what the job says of it, pages a chain takes)
CASES = {
    "page-empty": ({"by": "page"}, PAGE, BEYOND),
    "page-from-0": ({"by": "page", "start": 0, "param": "p"}, {**PAGE, "start": 0, "param": "p"}, BEYOND),
    "page-total": ({"by": "page", "total": "/meta/total"}, {**PAGE, "total": "/meta/total"}, FULL),
    "page-total-header": ({"by": "page", "total_header": "X-Total"}, {**PAGE, "total_header": "x-total"}, FULL),
    "page-more": ({"by": "page", "more": "/has_more"}, {**PAGE, "more": "/has_more"}, FULL),
    "page-last": ({"by": "page", "last": "/pages"}, {**PAGE, "last": "/pages"}, FULL),
    "page-in-a-header": ({"by": "page", "param_header": "X-Page"}, {**PAGE, "header": "X-Page"}, BEYOND),
    "page-size": ({"by": "page", "size": 10, "limit_param": "n", "total": "/total"},
                  {**PAGE, "size": SIZE, "size_param": "n", "total": "/total"}, FULL),
    "offset-empty": ({"by": "offset"}, OFFSET, BEYOND),
    "offset-total": ({"by": "offset", "total": "/total"}, {**OFFSET, "total": "/total"}, FULL),
    "offset-total-header": ({"by": "offset", "total_header": "X-Total"}, {**OFFSET, "total_header": "X-Total"}, FULL),
    "offset-more": ({"by": "offset", "more": "/more"}, {**OFFSET, "more": "/more"}, FULL),
    "offset-capped": ({"by": "offset", "max_size": SIZE}, {**OFFSET, "size": 100}, BEYOND),
    "offset-overlap": ({"by": "offset"}, {**OFFSET, "overlap": 2, "key": "/n"}, 9),
    "cursor-absent": ({"by": "cursor"}, CURSOR, FULL),
    "cursor-more": ({"by": "cursor", "more": "/m"}, {**CURSOR, "more": "/m"}, FULL),
    "cursor-total": ({"by": "cursor", "total": "/t"}, {**CURSOR, "total": "/t", "stop": ["total"]}, FULL),
    "cursor-headers": ({"by": "cursor", "next_header": "X-Next", "param_header": "X-Cursor"},
                       {"by": "cursor", "from_header": "X-Next", "header": "X-Cursor"}, FULL),
    "link-absent": ({"by": "link"}, {"by": "link"}, FULL),
    "link-total": ({"by": "link", "total_header": "X-Total-Count"},
                   {"by": "link", "total_header": "X-Total-Count", "stop": ["total"]}, FULL),
    "next-url-absent": ({"by": "next_url"}, NEXT, FULL),
    "next-url-more": ({"by": "next_url", "more": "/more"}, {**NEXT, "more": "/more"}, FULL),
    "auto-link": ({"by": "link"}, {"by": "auto"}, FULL),
    "auto-cursor": ({"by": "cursor"}, {"by": "auto"}, FULL),
    "auto-cursor-meta": ({"by": "cursor", "next": "/meta/next_cursor", "total": "/meta/total"}, {"by": "auto"}, FULL),
    "auto-next-url": ({"by": "next_url", "next": "/links/next"}, {"by": "auto"}, FULL),
    "auto-page": ({"by": "page", "number": "/page", "last": "/total_pages"}, {"by": "auto"}, FULL),
    "auto-page-total": ({"by": "page", "number": "/meta/page", "total": "/meta/total"}, {"by": "auto"}, FULL),
}
# A chain that ends within a page: 23 records are five pages, of which the last is short.
SHORT = {
    "page-short": ({"by": "page"}, {**PAGE, "size": SIZE, "stop": ["short"]}, FULL),
    "offset-short": ({"by": "offset"}, {**OFFSET, "stop": ["short"]}, FULL),
    "cursor-short": ({"by": "cursor"}, {**CURSOR, "size": SIZE, "stop": ["short"]}, FULL),
    "link-short": ({"by": "link"}, {"by": "link", "size": SIZE, "stop": ["short"]}, FULL),
    "next-url-short": ({"by": "next_url"}, {**NEXT, "size": SIZE, "stop": ["short"]}, FULL),
    "offset-within": ({"by": "offset"}, OFFSET, BEYOND),
    "page-within": ({"by": "page", "total": "/total"}, {**PAGE, "total": "/total"}, FULL),
}
# Chains of three pages, whatever there is.
MAX = {f"{name}-max": (CASES[name][0], {**CASES[name][1], "max": 3}, 3)
       for name in ("page-empty", "offset-total", "cursor-absent", "link-absent", "next-url-absent", "auto-cursor")}
ALL = {**{name: (*case, COUNT) for name, case in CASES.items()}, **{name: (*case, 23) for name, case in SHORT.items()},
       **{name: (*case, COUNT) for name, case in MAX.items()}}


def records_at(pages):
    return "" if pages["by"] == "link" else "/items"


def serve(place, delay="0ms"):
    """fetchmock with a route for every case; its URL."""
    routes = [{"path": f"/{name}/{{part}}", "delay": delay, "dataset": {
        "count": count, "records": {"part": "${path.part:int}", "n": "${index}"},
        "pages": {"size": SIZE, **pages}}} for name, (pages, _, _, count) in ALL.items()]
    return place.mock(api={"routes": routes})


def define(place, url, name, **more):
    pages, says, _, _ = ALL[name]
    place.jobs[name] = {"request": {"url": f"{url}/{name}/${{part}}"}, "params": {"part": {"range": [0, PARTS - 1]}},
                        "pages": says, "records": records_at(pages), "retry": stage.QUICK, **more}


def expected(name):
    _, says, pages, count = ALL[name]
    overlap = says.get("overlap", 0)
    until = min(count, pages * (SIZE - overlap) + overlap)
    return [(part, n) for part in range(PARTS) for n in range(until)]


def check(place, name, run):
    assert run["result"] == "complete", (name, run, place.failed(run["id"]))
    wrong = landed.compare([(int(row["part"]), int(row["n"])) for row in place.rows(name)], expected(name))
    assert not wrong, (name, wrong)
    assert run["requests"]["landed"] == PARTS and run["rows"] == len(expected(name)), (name, run)


def launch(place, name, request, **definition):
    """Defines a job, also for a daemon that is there already, and runs it to its end."""
    place.job(name, request, **definition)
    if place.daemon:
        place.call("POST", "/v1/reload", expect=200)
    return place.run(name)


def stats(url):
    with urllib.request.urlopen(url + "/__admin/stats") as reply_:
        return json.load(reply_)


@stage.each_engine
def test_every_paginator_ends_by_every_rule_with_every_record_once(place, engine):
    url = serve(place)
    for name in ALL:
        define(place, url, name, engine=engine, workers=3)
    place.settings["max_runs"] = len(ALL)
    place.start()
    runs = {name: place.begin(name) for name in ALL}
    for name, run in runs.items():
        check(place, name, place.ended(run))
    asked = {path.split("/")[1]: route["requests"] for path, route in stats(url)["by_route"].items()}
    assert asked == {name: case[2] * PARTS for name, case in ALL.items()}, asked


@stage.each_engine
def test_a_kill_in_the_middle_of_any_chain_costs_and_doubles_nothing(place, engine):
    """All at once, killed again and again; each chain goes on at exactly the page that was not landed."""
    url = serve(place, "30ms")
    for name in ALL:
        define(place, url, name, engine=engine, workers=2)
    place.settings["max_runs"] = len(ALL)
    place.start()
    runs = {name: place.begin(name) for name in ALL}
    dice = random.Random(7)
    kills, total = 5, sum(case[2] * PARTS for case in ALL.values())
    for _ in range(kills):
        enough = min(total, stats(url)["requests"] + dice.randrange(50, 130))
        stage.until(lambda: stats(url)["requests"] >= enough)
        place.daemon.kill()
        place.daemon.wait()
        place.start()
    for name, run in runs.items():
        check(place, name, place.ended(run))
    again = stats(url)["requests"] - total
    assert again <= kills * 3 * 2 * len(ALL), again  # what was in flight, or not yet committed


def test_pages_of_one_chain_come_one_by_one_and_chains_side_by_side(place):
    url = serve(place, "50ms")
    define(place, url, "page-total", workers=PARTS)
    run = place.run("page-total")
    check(place, "page-total", run)
    assert stats(url)["max_in_flight"] == PARTS, stats(url)


def graphql(request, total=23):
    """A list of numbers behind a body: {"variables": {"first": N, "after": CURSOR}}."""
    asked = json.loads(request.body)["variables"]
    after = asked.get("after") or 0
    assert asked["kept"] == 9007199254740993 and isinstance(after, int)
    nodes = [{"n": n} for n in range(after, min(after + asked["first"], total))]
    return {"data": {"things": {"nodes": nodes, "pageInfo": {
        "hasNextPage": after + len(nodes) < total, "endCursor": after + len(nodes)}}}}


def test_a_cursor_goes_into_the_body_as_the_json_it_was(place):
    server = Server(place, lambda r: reply(graphql(r)))
    there, added = {"first": 5, "after": None, "kept": 9007199254740993}, {"first": 5, "kept": 9007199254740993}
    for name, body in (("there", {"json": {"query": "{things}", "variables": there}}),
                       ("added", {"json": {"query": "{things}", "variables": added}}),
                       ("graphql", {"graphql": {"query": "{things}", "variables": added}})):
        run = launch(place, name, {"url": server.url, "method": "POST", **body}, records="/data/things/nodes",
                     pages={"by": "cursor", "from": "/data/things/pageInfo/endCursor",
                            "more": "/data/things/pageInfo/hasNextPage", "body": "/variables/after"})
        assert run["result"] == "complete", (run, place.failed(run["id"]))
        assert sorted(int(row["n"]) for row in place.rows(name)) == list(range(23))


def test_numbers_go_into_the_body_too(place):
    def script(request):
        page = json.loads(request.body)["page"]
        return reply([{"n": page * 3 + n} for n in range(3)] if page < 4 else [])

    server = Server(place, script)
    place.job("j", {"url": server.url, "method": "POST", "json": {"page": 0}},
              pages={"by": "page", "start": 0, "body": "/page"})
    run = place.run("j")
    assert run["result"] == "complete", (run, place.failed(run["id"]))
    assert sorted(int(row["n"]) for row in place.rows()) == list(range(12))


def test_an_api_that_ignores_the_page_is_noticed_on_the_second(place):
    """The same records again and again: as many pages as one likes, and not one of them new."""
    server = Server(place, lambda r: reply([{"n": n} for n in range(4)]))
    for name, pages in (("page", PAGE), ("offset", {"by": "offset"})):
        place.job(name, server.url + "/" + name, pages=pages)
    for name in ("page", "offset"):
        run = place.run(name)
        (failure,) = place.failed(run["id"])
        assert failure["outcome"] == "page_loop" and "very records" in failure["error"], failure
        assert run["result"] == "failed" and len(place.rows(name)) == 4 and len(server.asked("/" + name)) == 2, run


def test_cursors_that_are_new_for_the_same_pages_are_a_circle(place):
    server = Server(place, lambda r: reply({"items": [{"n": (int(r.query.get("c", 0)) % 6) * 2 + n} for n in (0, 1)],
                                            "next": int(r.query.get("c", 0)) + 1}))
    place.job("j", server.url, records="/items", pages={"by": "cursor", "from": "/next", "param": "c"})
    run = place.run("j")
    (failure,) = place.failed(run["id"])
    assert failure["outcome"] == "page_loop" and 6 <= len(server.asked()) <= 18, (failure, server.targets())


def test_a_chain_that_ends_before_the_apis_total_is_a_failure_with_both_figures(place):
    """Tried again, because an answer in the middle may have been short by accident; then listed."""
    mended = []

    def script(request):
        page, kind = int(request.query.get("page", request.query.get("c", 1))), request.path[1:]
        size = 0 if page == 3 and not mended else 5 if page < 4 else 0
        body = {"items": [{"n": (page - 1) * 5 + n} for n in range(size)], "total": 15}
        return reply({**body, "next": page + 1 if size and page < 3 else None} if kind == "cursor" else body,
                     X_Total=15)

    server = Server(place, script)
    cases = {"page": {**PAGE, "total": "/total"}, "header": {**PAGE, "total_header": "X-Total"},
             "cursor": {"by": "cursor", "from": "/next", "param": "c", "total": "/total"}}
    for name, pages in cases.items():
        place.job(name, f"{server.url}/{name}", pages=pages, records="/items")
    runs = {name: place.run(name) for name in cases}
    for name, run in runs.items():
        (failure,) = place.failed(run["id"])
        assert failure["outcome"] == "pages_missing" and failure["tries"] == 3, (name, failure)
        assert failure["error"] == "the pages end after 10 records, and the API counts 15", failure
        assert run["result"] == "failed" and len(place.rows(name)) == 10, run
    mended.append(1)
    for name, run in runs.items():
        assert place.ctl("retry", str(run["id"])).returncode == 0
        run = place.ended(run["id"])
        assert run["result"] == "complete", (run, place.failed(run["id"]))
        assert sorted(int(row["n"]) for row in place.rows(name)) == list(range(15))


def test_a_204_ends_a_chain_only_where_the_total_is_reached(place):
    def script(request):
        page = int(request.query.get("page", 1))
        end = 3 if request.path == "/early" else 4
        return reply(status="204 No Content", Content_Length=None) if page == end else reply(
            {"items": [{"n": (page - 1) * 5 + n} for n in range(5)], "total": 15})

    server = Server(place, script)
    for name in ("early", "well"):
        place.job(name, f"{server.url}/{name}", records="/items", pages={**PAGE, "total": "/total", "stop": []})
    assert place.run("well")["result"] == "complete" and len(place.rows("well")) == 15
    (failure,) = place.failed(place.run("early")["id"])
    assert failure["outcome"] == "pages_missing" and len(place.rows("early")) == 10, failure


def test_a_total_that_was_announced_and_is_not_there_is_a_failure(place):
    server = Server(place, lambda r: reply([{"n": 1}]))
    place.job("j", server.url, pages={**PAGE, "total_header": "X-Total"})
    run = place.run("j")
    assert place.failed(run["id"])[0]["error"] == "the answer has nothing where pages.total_header points"


def test_addresses_lead_to_other_origins_only_when_allowed_and_without_credentials(place):
    far = Server(place, lambda r: reply({"items": [{"n": r.target}], "next": None if r.query else "?p=2"}))
    near = Server(place, lambda r: reply({"items": [{"n": 0}], "next": far.url + "/more"},
                                         Link=f"<{far.url}/more>; rel=next"))
    (place.dir / "token").write_text("hunter2")
    for name, pages in (("no", NEXT), ("no-link", {"by": "link"}), ("yes", {**NEXT, "origins": [far.url]})):
        place.job(name, near.url, pages=pages, records="/items",
                  auth={"bearer": {"file": str(place.dir / "token")}})
    for name in ("no", "no-link"):
        run = place.run(name)
        assert place.failed(run["id"])[0]["outcome"] == "bad_page", place.failed(run["id"])
        assert "another origin" in place.failed(run["id"])[0]["error"] and far.connections == 0
    run = place.run("yes")
    assert run["result"] == "complete" and run["rows"] == 3, (run, place.failed(run["id"]))
    assert len(far.asked()) == 2 and all("authorization" not in r.headers for r in far.asked())
    assert all(r.headers["authorization"] == "Bearer hunter2" for r in near.asked())


def test_an_address_is_relative_to_where_a_redirect_led(place):
    def script(request):
        if request.path == "/old":
            return reply(status="302 Found", Location="/new/list")
        page = int(request.query.get("p", 0))
        return reply({"items": [{"n": page}], "next": f"list?p={page + 1}" if page < 3 else ""})

    server = Server(place, script)
    place.job("j", server.url + "/old", pages=NEXT, records="/items")
    run = place.run("j")
    assert run["result"] == "complete" and len(place.rows()) == 4, (run, place.failed(run["id"]))
    assert server.targets()[1:] == ["/new/list"] + [f"/new/list?p={p}" for p in (1, 2, 3)], server.targets()


def drifting(place, by, drift, **pages):
    return place.mock(api={"routes": [{"path": "/d", "dataset": {
        "count": 40, "records": {"n": "${index}"}, "drift": drift, "pages": {"by": by, "size": 5, **pages}}}]})


def numbers(place, job):
    return sorted(int(row["n"]) for row in place.rows(job))


def test_rows_that_are_removed_while_paging_are_told_and_what_is_left_lands(place):
    """One row goes after the second page: another slips over the edge between two pages, unseen."""
    for by in ("page", "offset"):
        url = drifting(place, by, {"every": 2, "times": 1, "remove": 1}, total="/total")
        run = launch(place, by, url + "/d", pages={"by": by, "size": 5, "total": "/total"}, records="/items",
                     output={"order": "requested" if by == "page" else "completed"})
        (failure,) = place.failed(run["id"])
        assert failure["outcome"] == "page_drift" and "40 records and then 39" in failure["error"], failure
        assert run["result"] == "failed" and numbers(place, by) == [n for n in range(40) if n != 10], run
        assert place.ctl("retry", str(run["id"])).returncode in (0, 1)  # cannot be mended
        assert place.ended(run["id"])["result"] == "failed" and len(numbers(place, by)) == 39


def test_what_was_seen_to_move_is_not_forgotten_by_a_kill(place):
    """The total falls early; the daemon is killed later, and the chain still ends as what it is."""
    url = place.mock("--delay", "30ms", api={"routes": [{"path": "/d", "dataset": {
        "count": 100, "records": {"n": "${index}"}, "drift": {"every": 2, "times": 1, "remove": 1},
        "pages": {"by": "page", "size": 5, "total": "/total"}}}]})
    place.job("j", url + "/d", pages={"by": "page", "total": "/total"}, records="/items")
    run = place.begin("j")
    stage.until(lambda: place.info(run)["rows"] >= 25)
    place.daemon.kill()
    place.daemon.wait()
    place.start()
    assert place.ended(run)["result"] == "failed" and numbers(place, "j") == [n for n in range(100) if n != 10]
    (failure,) = place.failed(run)
    assert failure["outcome"] == "page_drift" and "100 records and then 99" in failure["error"], failure


def test_rows_that_are_added_while_paging_are_told(place):
    """One comes in front after the second page: the last row of a page comes again on the next."""
    for name, total in (("total", "/total"), ("key", None)):
        url = drifting(place, "page", {"every": 2, "times": 1, "add": 1}, total="/total")
        run = launch(place, name, url + "/d", records="/items",
                     pages={"by": "page", **({"total": total} if total else {"key": "/n"})})
        (failure,) = place.failed(run["id"])
        assert failure["outcome"] == "page_drift" and "came again" in failure["error"], failure
        assert numbers(place, name) == sorted([*range(40), 9]), numbers(place, name)


def test_cursors_are_not_disturbed_by_rows_that_move(place):
    for name, drift in (("add", {"every": 2, "add": 1}), ("remove", {"every": 2, "remove": 1})):
        url = drifting(place, "cursor", drift, total="/total")
        run = launch(place, name, url + "/d", pages={**CURSOR, "total": "/total"}, records="/items")
        assert run["result"] == "complete" and numbers(place, name) == list(range(40)), (run, numbers(place, name))


def test_an_overlap_mends_what_moves_and_tells_what_it_cannot(place):
    for name, drift, overlap, whole in (("added", {"every": 2, "add": 1}, 1, True),
                                        ("removed", {"every": 2, "times": 2, "remove": 1}, 2, True),
                                        ("too-many", {"every": 2, "times": 1, "remove": 3}, 2, False)):
        url = drifting(place, "offset", drift)
        run = launch(place, name, url + "/d", records="/items", pages={"by": "offset", "size": 5, "overlap": overlap})
        if whole:
            assert run["result"] == "complete", (name, run, place.failed(run["id"]))
            assert numbers(place, name) == list(range(40)), numbers(place, name)
        else:
            (failure,) = place.failed(run["id"])
            assert failure["outcome"] == "page_drift" and "pages.overlap" in failure["error"], failure


def test_auto_says_what_it_recognised_and_what_comes_next(place):
    url = serve(place)
    for name in ("auto-link", "auto-cursor", "auto-next-url", "auto-page"):
        define(place, url, name)
    place.start()
    for name, says in (("auto-link", {"by": "link"}),
                       ("auto-cursor", {"by": "cursor", "from": "/next_cursor", "param": "cursor"}),
                       ("auto-next-url", {"by": "next_url", "from": "/links/next"}),
                       ("auto-page", {"by": "page", "param": "page", "start": 1, "last": "/total_pages"})):
        trial = place.call("POST", f"/v1/jobs/{name}/try", expect=200)
        assert trial["pages"] == says, (name, trial["pages"])
        assert trial["record_count"] == SIZE and trial["next_url"].startswith(url), trial
        shown = place.ctl("try", name).stdout
        assert f"by: {says['by']}" in shown and trial["next_url"] in shown, shown
        place.run(name)
        assert f'pages recognised: {json.dumps(says, separators=(",", ":"))}' in place.log(), place.log()[-2000:]
        assert "auto" in place.ctl("plan", name).stdout


def test_auto_takes_no_page_of_many_for_all(place):
    """Answers that say there is more, and not how to get it; and one that says nothing at all."""
    bodies = {"total": {"total": 9, "items": [{"n": 1}]}, "more": {"has_more": True, "items": [{"n": 1}]},
              "all": {"total": 1, "has_more": False, "items": [{"n": 1}]}, "silent": {"items": [{"n": 1}]}}
    server = Server(place, lambda r: reply(bodies[r.path[1:]]))
    place.job("j", server.url + "/${p}", params={"p": list(bodies)}, pages={"by": "auto"}, records="/items",
              columns=[{"name": "p", "meta": "param.p"}])
    run = place.run("j")
    failures = {f["params"]["p"]: f["error"] for f in place.failed(run["id"])}
    assert sorted(failures) == ["more", "total"] and sorted(r["p"] for r in place.rows()) == ["all", "silent"]
    assert "1 of 9 records" in failures["total"] and "pages.by" in failures["more"], failures


stage.play(globals())
