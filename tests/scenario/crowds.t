#!/usr/bin/env python3
"""Many at once: workers, threads, caps and connections, counted by the API itself."""
import json
import os
import urllib.request

import stage

URL = "/inventory/${category}?id=${id}"
SMALL = {"category": ["materials", "products"], "id": {"range": [0, 49]}}


def stats(mock):
    with urllib.request.urlopen(mock + "/__admin/stats", timeout=30) as answer:
        return json.load(answer)


def ids(rows):
    return sorted((row["id"], row["name"]) for row in rows)


@stage.each_engine
def test_50_workers_land_1000_requests_over_50_connections(place, engine):
    mock = place.mock("--delay", "50ms")
    place.job("j", mock + URL, engine=engine, workers=50, params={**SMALL, "id": {"range": [0, 499]}})
    run = place.run("j")
    assert run["result"] == "complete" and run["rows"] == 1000 and len(place.rows()) == 1000, run
    counted = stats(mock)
    assert counted["requests"] == 1000 and counted["max_in_flight"] == 50 == counted["connections"], counted
    assert sum(member["connections"] for member in run["crew"]) == 50 == len(run["crew"])
    assert sum(member["requests"] for member in run["crew"]) == 1000
    assert len({member["pid"] for member in run["crew"]}) == 1
    tids = {member["tid"] for member in run["crew"]}
    assert len(tids) == 50 if engine == "threads" else len(tids) <= (os.cpu_count() or 1), tids


@stage.each_engine
def test_300_workers_are_300_in_flight_unless_there_are_fewer_threads(place, engine):
    mock = place.mock("--delay", "400ms")
    place.job("j", mock + URL, engine=engine, workers=300, params={**SMALL, "id": {"range": [0, 299]}})
    run = place.run("j")
    assert run["result"] == "complete" and run["rows"] == 600 == len(place.rows()), run
    assert stats(mock)["max_in_flight"] == {"async": 300, "threads": 256}[engine], stats(mock)


def test_threads_max_is_the_most_threads_of_all_jobs(place):
    mock = place.mock("--delay", "50ms")
    place.settings["engines"] = {"threads": {"max": 5}}
    for name in ("a", "b"):
        place.job(name, mock + URL, engine="threads", workers=8, params=SMALL)
    runs = [place.begin(name) for name in ("a", "b")]
    assert [place.ended(run)["result"] for run in runs] == ["complete"] * 2
    assert stats(mock)["max_in_flight"] == 5 and len(place.rows()) == 200, stats(mock)


@stage.each_engine
def test_the_caps_of_job_host_and_daemon_hold(place, engine):
    """The job's own; the daemon's for any host, shared by two jobs; and the one over everything."""
    for number, (settings, limits, names, cap) in enumerate([
            ({}, {"per_host": 3}, "a", 3), ({"per_host": 4}, {}, "ab", 4), ({"max_in_flight": 5}, {}, "ab", 5),
            ({"per_host": 4}, {"per_host": 30}, "ab", 4)]):
        mock = place.mock("--delay", "30ms")
        place.settings = settings
        for name in names:
            place.job(f"{name}{number}", mock + URL, engine=engine, workers=20, params=SMALL, limits=limits)
        place.start()
        runs = [place.begin(f"{name}{number}") for name in names]
        assert {place.ended(run)["result"] for run in runs} == {"complete"}
        assert stats(mock)["max_in_flight"] == cap, (settings, limits, stats(mock))
        place.stop()


def test_both_engines_and_any_number_of_workers_give_the_same_rows(place):
    mock = place.mock("--delay", "0")
    found = []
    for engine in stage.ENGINES:
        for workers in (1, 3, 40):
            place.job(f"{engine}{workers}", mock + URL, engine=engine, workers=workers, params=SMALL)
    place.start()
    for name in place.jobs:
        assert place.run(name)["result"] == "complete"
        found.append(ids(place.rows(name)))
    assert len(found[0]) == 100 and all(rows == found[0] for rows in found)


def test_a_run_with_more_workers_than_descriptors_still_lands_everything(place):
    mock = place.mock("--delay", "20ms")
    place.job("j", mock + URL, workers=200, params=SMALL,
              retry={"attempts": 20, "first": "20ms", "max": "200ms"})
    place.start(under=["prlimit", "--nofile=80:80"])
    assert "RLIMIT_NOFILE" in place.log()
    run = place.run("j")
    assert run["result"] == "complete" and len(place.rows()) == 100, (run, place.failed(run["id"])[:2])


stage.play(globals())
