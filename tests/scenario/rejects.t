#!/usr/bin/env python3
"""Records that are no rows: they go to a file beside the output's, in the same commit."""
import collections
import json
import random
import time

import stage
from server import Server, reply

COLUMNS = [{"name": "id", "type": "int"}, {"name": "n", "type": "int", "on_error": "reject"}]


def rejects(place, job="j"):
    """All rejects of all files, each a document."""
    return [json.loads(line) for path in sorted(place.data.rglob("*.ndjson"))
            for line in path.read_text().splitlines()]


def page(n):
    """Ten records of which every third is no row."""
    return [{"id": n * 10 + i, "n": "seven" if i % 3 == 2 else i} for i in range(10)]


def serve(place, requests, pause=0, **definition):
    def answer(request):
        time.sleep(pause)
        return reply(page(int(request.path[1:])))

    server = Server(place, answer)
    place.job("j", server.url + "/${n}?key=secret-${n}", params={"n": {"range": [0, requests - 1]}},
              **{"columns": COLUMNS, **definition})
    return server


def check(place, requests):
    rows = sorted(int(row["id"]) for row in place.rows())
    assert rows == [n for n in range(requests * 10) if n % 10 % 3 != 2], collections.Counter(rows).most_common(3)
    refused = sorted(line["record"]["id"] for line in rejects(place))
    assert refused == [n for n in range(requests * 10) if n % 10 % 3 == 2], collections.Counter(refused).most_common(3)


@stage.each_engine
def test_rejects_say_run_request_column_reason_and_the_record(place, engine):
    server = serve(place, 2, engine=engine)
    run = place.run("j")
    assert (run["result"], run["rows"], run["rejected"]) == ("complete", 14, 6), run
    check(place, 2)
    first = min(rejects(place), key=lambda line: line["record"]["id"])
    assert first.pop("fetched_at").startswith("20")
    assert first == {"run": run["id"], "request": 0, "page": 0, "url": server.url + "/0?key=secret-0", "number": 3,
                     "column": "n", "pointer": "/n", "record": {"id": 2, "n": "seven"},
                     "reason": 'expected an integer, found the string "seven"'}, first
    assert "14 rows, 0 failed, 6 rejected" in place.ctl("info", str(run["id"])).stdout


def test_numbers_in_rejected_records_are_exact(place):
    server = Server(place, lambda r: reply(b'[{"id": 1, "n": "x", "big": 18446744073709551615.10, "e": 1e400}]'))
    place.job("j", server.url, columns=COLUMNS)
    place.run("j")
    line, = (place.data / "j/j.rejects.ndjson").read_text().splitlines()
    assert line.endswith('"record":{"id":1,"n":"x","big":18446744073709551615.10,"e":1e400}}'), line


def test_a_run_whose_records_are_all_rejected_is_not_empty(place):
    server = Server(place, lambda r: reply([{"id": 1, "n": "x"}]))
    place.job("j", server.url, columns=COLUMNS)
    run = place.run("j")
    assert (run["result"], run["rows"], run["rejected"], run["requests"]["empty"]) == ("complete", 0, 1, 0), run
    assert place.rows() == [] and len(rejects(place)) == 1


def test_rejects_rotate_and_pack_as_the_rows_do_and_head_shows_only_rows(place):
    serve(place, 20, output={"rotate": {"rows": 25}, "path": "all/${n}"}, workers=1)
    place.job("k", place.jobs["j"]["request"]["url"], params={"n": {"range": [0, 19]}}, columns=COLUMNS,
              output={"rotate": {"rows": 25}}, workers=1)
    assert place.run("k")["result"] == "complete"
    check(place, 20)
    closed = list((place.data / "k").glob("k.rejects-*.ndjson"))
    assert len(closed) == 2, closed
    stage.until((place.data / "k/k.rejects.manifest").exists)
    assert place.run("j")["result"] == "complete"
    shown = place.call("GET", "/v1/jobs/j/head?n=5", expect=200)
    assert shown["columns"] == ["id", "n"], shown


def test_in_snapshot_mode_rejects_stand_beside_the_snapshots(place):
    serve(place, 3, output={"mode": "snapshot"})
    run = place.run("j")
    assert run["result"] == "complete"
    rows = [int(line.split(",")[0]) for line in (place.data / "j/j/latest/part-00001.csv").read_text().splitlines()[1:]]
    assert sorted(rows) == [n for n in range(30) if n % 10 % 3 != 2]
    assert len(rejects(place)) == 9 and (place.data / "j/j.rejects.ndjson").exists()


@stage.each_engine
def test_after_kills_in_the_middle_both_files_are_exact(place, engine):
    requests = 150
    serve(place, requests, pause=0.01, engine=engine, workers=4, output={"rotate": {"rows": 200}})
    rnd = random.Random(7)
    run = place.begin("j")
    for _ in range(4):
        time.sleep(rnd.uniform(0.02, 0.12))
        place.daemon.kill()
        place.daemon.wait()
        place.daemon = None
        place.start()
    info = place.ended(run)
    assert (info["result"], info["rows"], info["rejected"]) == ("complete", requests * 7, requests * 3), info
    check(place, requests)


def test_when_rejects_cannot_be_written_the_rows_wait_too(place):
    """Rows and rejects of one answer land together or not at all; a third of the answers has no rejects."""
    def answer(request):
        n = int(request.path[1:])
        return reply(page(n) if n % 3 else [{"id": n * 10, "n": 1}])

    server = Server(place, answer)
    place.job("j", server.url + "/${n}", params={"n": {"range": [0, 29]}}, columns=COLUMNS, output={"path": "rows/j"})
    obstacle = place.data / "rows/j.rejects-1.opening"
    obstacle.mkdir(parents=True)
    (obstacle / "x").touch()
    run = place.begin("j")
    stage.until(lambda: "nothing can be landed there now" in place.log())
    assert place.info(run)["state"] == "paused", place.info(run)
    (obstacle / "x").unlink()
    obstacle.rmdir()
    info = place.ended(run)
    assert (info["result"], info["rows"], info["rejected"]) == ("complete", 20 * 7 + 10, 60), info
    assert len(place.rows()) == len({row["id"] for row in place.rows()}) == 150
    assert len({line["record"]["id"] for line in rejects(place)}) == len(rejects(place)) == 60


def test_a_try_shows_what_would_be_rejected_and_the_plan_where_it_would_go(place):
    serve(place, 2)
    place.start()
    shown = place.call("POST", "/v1/jobs/j/try", expect=200)
    assert (shown["row_count"], shown["rejected"], shown["types"]) == (7, 3, ["int", "int"]), shown
    assert [r["number"] for r in shown["rejects"]] == [3, 6, 9]
    said = place.ctl("try", "j").stdout
    assert "3 of the records rejected:" in said and 'record 3, n: expected an integer, found the string "seven"' in said
    plan = place.call("GET", "/v1/jobs/j/plan", expect=200)
    assert plan["rejects"] == "j/j.rejects.ndjson" and plan["types"] == ["int", "int"], plan
    said = place.ctl("plan", "j").stdout
    assert "j/j.rejects.ndjson" in said and "id int, n int" in said, said


def test_a_lost_ledger_is_made_anew_with_its_rejects(place):
    serve(place, 20, output={"rotate": {"rows": 25}}, workers=1)
    assert place.run("j")["result"] == "complete"
    place.stop()
    for path in place.state.glob("fetchd.db*"):
        path.unlink()
    assert place.spawn(place.command("--recover")).wait(60) == 0
    assert place.run("j")["result"] == "complete"
    refused = collections.Counter(line["record"]["id"] for line in rejects(place))
    assert set(refused.values()) == {2} and len(refused) == 60, refused.most_common(3)


stage.play(globals())
