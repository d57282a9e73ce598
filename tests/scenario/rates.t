#!/usr/bin/env python3
"""Rates: against a server with a token bucket of its own no request is one too many, whether the rate is a job's
or a host's, and tries again count too."""
import os
import threading
import time

import stage
from server import Server, reply

LONG = bool(os.environ.get("FETCHD_LONG"))
SKEW = 0 if LONG else 10  # tokens that a busy machine may hand in late; over a run they do not matter


class Bucket:
    """As a server counts: full at the beginning, `rate` tokens a second, at most `burst` of them."""

    def __init__(self, rate, burst):
        self.rate, self.burst, self.tokens, self.at, self.lock = rate, burst, float(burst), None, threading.Lock()

    def take(self):
        with self.lock:
            now = time.monotonic()
            if self.at is not None:
                self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
            self.at = now
            if self.tokens < 1:
                return False
            self.tokens -= 1
            return True


def limited(place, rate, burst, script=lambda request: reply({"id": request.path})):
    bucket, refused = Bucket(rate, burst), []

    def answer(request):
        if not bucket.take():
            refused.append(request.target)
            return reply(b"too many", "429 Too Many Requests", **{"Retry-After": "1"})
        return script(request)
    server = Server(place, answer)
    server.refused = refused
    return server


@stage.each_engine
def test_a_job_with_a_rate_is_never_too_fast(place, engine):
    rate, requests = (20, 1000) if LONG else (50, 150)
    server = limited(place, rate, 5 + SKEW)
    place.job("j", server.url + "/${n}", engine=engine, workers=20, params={"n": {"range": [1, requests]}},
              limits={"rate": f"{rate}/s", "burst": 5})
    run = place.run("j")
    assert run["result"] == "complete" and run["requests"]["retried"] == 0, run
    assert server.refused == [] and len(place.rows()) == requests


def test_without_a_rate_the_same_server_refuses(place):
    server = limited(place, 50, 5)
    place.job("j", server.url + "/${n}", workers=20, params={"n": {"range": [1, 40]}})
    place.run("j")
    assert server.refused, "the bucket of the test refuses nobody"


def test_the_rate_of_a_host_holds_for_all_jobs_together(place):
    server = limited(place, 50, 5 + SKEW)
    place.settings["hosts"] = {"127.0.0.1": {"rate": "50/s", "burst": 5}}
    for name in "abc":
        place.job(name, server.url + f"/{name}/${{n}}", workers=5, params={"n": {"range": [1, 40]}})
    runs = [place.begin(name) for name in "abc"]
    assert all(place.ended(run)["result"] == "complete" for run in runs)
    assert server.refused == [] and len(place.rows()) == 120


def test_runs_of_a_job_one_after_another_share_its_rate(place):
    server = limited(place, 20, 3 + SKEW // 5)
    place.job("j", server.url + "/${n}", workers=9, params={"n": {"range": [1, 3]}}, limits={"rate": "20/s", "burst": 3})
    for _ in range(4):
        assert place.run("j")["result"] == "complete"
    assert server.refused == []


def test_tries_again_are_counted_too(place):
    seen = set()

    def flaky(request):
        if request.target in seen:
            return reply({"id": request.path})
        seen.add(request.target)
        return reply(b"", "500 Not Now")
    server = limited(place, 50, 5 + SKEW, flaky)
    place.job("j", server.url + "/${n}", workers=20, params={"n": {"range": [1, 40]}},
              limits={"rate": "50/s", "burst": 5}, retry={"attempts": 5, "first": "1ms", "max": "1ms"})
    run = place.run("j")
    assert run["result"] == "complete" and run["requests"]["retried"] == 40, run
    assert server.refused == []


stage.play(globals())
