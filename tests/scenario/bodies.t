#!/usr/bin/env python3
"""What counts as an answer: nothing that is cut, broken, empty or too large ever lands."""
import gzip
import json
import re
import time

import stage
from server import Cut, Server, reply

WHOLE = json.dumps([{"id": n, "pad": "x" * 50} for n in range(100)]).encode()
PACKED = gzip.compress(WHOLE)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GZIP = {"Content_Encoding": "gzip"}


def chunk(text):
    return b"%x\r\n%s\r\n" % (len(text), text)


def silence(peer):
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[")
    peer.recv(1)  # until the other side has enough


def drip(peer):
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n[")
    while True:
        peer.sendall(b" ")
        time.sleep(0.05)


def endless(peer):
    peer.sendall(CHUNKED)
    while True:
        peer.sendall(chunk(b"[" + b" " * 60000))


# What is sent, the outcome it must have, and whether another try is worth it.
BROKEN = {
    "short-length": (Cut(reply(WHOLE, Content_Length=len(WHOLE) + 1)), "truncated", True),
    "cut-by-a-reset": (Cut(reply(WHOLE)[:-100], reset=True), "truncated", True),
    "cut-chunks": (Cut(CHUNKED + chunk(WHOLE)), "truncated", True),
    "cut-in-a-chunk": (Cut(CHUNKED + chunk(WHOLE)[:-100]), "truncated", True),
    "half-a-gzip": (reply(PACKED[: len(PACKED) // 2], **GZIP), "truncated", True),
    "half-a-gzip-in-whole-chunks": (CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
                                    + chunk(PACKED[:-9]) + chunk(b""), "truncated", True),
    "a-gzip-with-a-wrong-sum": (reply(PACKED[:-8] + b"\0" * 8, **GZIP), "encoding", True),
    "not-the-gzip-it-says": (reply(WHOLE, **GZIP), "encoding", True),
    "a-coding-nobody-asked-for": (reply(WHOLE, Content_Encoding="br"), "encoding", True),
    "until-the-end-of-the-connection-cut": (Cut(reply(WHOLE[:-1], Content_Length=None)), "truncated", True),
    "garbage-behind-the-json": (reply(WHOLE + b" oops"), "not_json", True),
    "a-second-document": (reply(b'{"id": 1}{"id": 2}'), "not_json", True),
    "html": (reply(b"<html>busy</html>", Content_Type="text/html"), "not_json", True),
    "bad-utf8": (reply(b'{"id": "\xff"}'), "not_json", True),
    "not-a-number": (reply(b'{"id": NaN}'), "not_json", True),
    "a-304-nobody-asked-for": (b"HTTP/1.1 304 Not Modified\r\n\r\n", "http_status", False),
    "empty-200": (reply(b""), "empty_body", True),
    "only-space": (reply(b" \r\n"), None, True),
    "declared-too-big": (reply(b"[" + b" " * 70000 + b"]"), "too_big", False),
    "endless": (endless, "too_big", False),
    "a-gzip-bomb": (reply(gzip.compress(b"[" + b" " * 10_000_000 + b"]"), **GZIP), "too_big", False),
    "silence": (silence, "stall", True),
    "a-drip": (drip, "timeout", True),
}


@stage.each_engine
def test_no_broken_answer_lands_and_each_is_named(place, engine):
    server = Server(place, lambda r: BROKEN[r.path[1:]][0])
    place.job("j", {"url": server.url + "/${what}", "max_body": "60KiB", "timeout": "3s",
                    "stall_timeout": "1s"}, engine=engine, workers=len(BROKEN),
              retry={**stage.QUICK, "attempts": 2}, params={"what": list(BROKEN)})
    run = place.run("j")
    wrong = []
    for failure in place.failed(run["id"]):
        what = failure["params"]["what"]
        _, outcome, again = BROKEN[what]
        if outcome not in (None, failure["outcome"]) or failure["tries"] != 1 + again or (outcome == "too_big") != (
                "request.max_body" in failure["error"]):
            wrong.append(failure)
    assert not wrong, wrong
    assert run["result"] == "failed" and run["requests"]["failed"] == len(BROKEN), run
    assert place.rows() == [] and run["rows"] == 0


@stage.each_engine
def test_a_broken_answer_that_comes_whole_the_second_time_lands_once(place, engine):
    server = Server(place, lambda r: BROKEN[r.path[1:]][0] if r.nth == 1 else reply(WHOLE))
    again = [what for what, (_, _, again) in BROKEN.items() if again]
    place.job("j", {"url": server.url + "/${what}", "timeout": "2s", "stall_timeout": "1s"}, engine=engine,
              workers=len(again), params={"what": again},
              columns=[{"name": "what", "meta": "param.what"}, {"name": "id"}])
    run = place.run("j")
    assert run["result"] == "complete" and run["requests"]["retried"] == len(again), run
    wanted = sorted((what, str(n)) for what in again for n in range(100))
    assert sorted((row["what"], row["id"]) for row in place.rows()) == wanted


@stage.each_engine
def test_good_answers_of_every_framing_land(place, engine):
    good = {
        "length": reply(WHOLE), "gzip": reply(PACKED, **GZIP), "x-gzip": reply(PACKED, Content_Encoding="x-gzip"),
        "chunks": CHUNKED + b"".join(chunk(WHOLE[i:i + 7]) for i in range(0, len(WHOLE), 7)) + chunk(b""),
        "two-members": reply(gzip.compress(WHOLE[:99]) + gzip.compress(WHOLE[99:]), **GZIP),
        "until-the-end": Cut(reply(WHOLE, Content_Length=None)),
        "continue-first": b"HTTP/1.1 100 Continue\r\n\r\n" + reply(WHOLE),
        "bom-less-text": reply(WHOLE, Content_Type="text/plain"),
    }
    server = Server(place, lambda r: good[r.path[1:]])
    place.job("j", server.url + "/${what}", engine=engine, params={"what": list(good)},
              columns=[{"name": "what", "meta": "param.what"}, {"name": "id"}])
    run = place.run("j")
    assert run["result"] == "complete", (run, place.failed(run["id"]))
    wanted = sorted((what, str(n)) for what in good for n in range(100))
    assert sorted((row["what"], row["id"]) for row in place.rows()) == wanted
    assert all("gzip" in r.headers["accept-encoding"] for r in server.asked())


@stage.each_engine
def test_a_304_is_unchanged_for_a_request_with_a_condition(place, engine):
    server = Server(place, lambda r: b"HTTP/1.1 304 Not Modified\r\n\r\n")
    place.job("j", {"url": server.url + "/", "headers": {"If-None-Match": '"e"'}}, engine=engine)
    run = place.run("j")
    assert run["result"] == "unchanged" and run["requests"]["unchanged"] == 1, run


@stage.each_engine
def test_a_204_and_an_empty_list_are_empty_and_not_failures(place, engine):
    server = Server(place, lambda r: {"/a": b"HTTP/1.1 204 No Content\r\n\r\n", "/b": reply([])}.get(
        r.path, reply([{"id": 1}])))
    place.job("j", server.url + "/${p}", engine=engine, params={"p": ["a", "b", "c"]})
    run = place.run("j")
    assert run["result"] == "complete" and run["rows"] == 1, run
    assert run["requests"]["empty"] == 2 and run["requests"]["failed"] == 0, run
    assert run["requests"]["total"] == 3, run


def test_records_that_are_not_where_the_job_says_are_a_failure(place):
    server = Server(place, lambda r: reply({"items": [{"id": 1}]} if r.path == "/a" else {"error": "x"}))
    place.job("j", server.url + "/${p}", params={"p": ["a", "b"]}, records="/items")
    run = place.run("j")
    (failure,) = place.failed(run["id"])
    assert run["result"] == "partial" and failure["outcome"] == "no_records" and "/items" in failure["error"]
    assert failure["tries"] == 1


def test_the_error_is_a_sentence_without_control_bytes(place):
    server = Server(place, lambda r: reply(b"{", "500 \x1b[31mRed\x07"))
    place.job("j", server.url + "/")
    (failure,) = place.failed(place.run("j")["id"])
    assert not re.search(r"[\x00-\x1f\x7f]", failure["error"] + failure["url"]), failure
    assert "\x1b[31mRed" not in place.log()


stage.play(globals())
