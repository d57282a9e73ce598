#!/usr/bin/env python3
"""Redirects: followed on the same origin and only there; no credential ever reaches another."""
import json

import stage
from server import Server, reply

METHODS = {  # status -> what a POST becomes, RFC 9110 section 15.4
    "301": ("GET", b""), "302": ("GET", b""), "303": ("GET", b""),
    "307": ("POST", b'{"q":1}'), "308": ("POST", b'{"q":1}'),
}


def to(location, status="302 Found"):
    return reply(b"elsewhere", status, Location=location)


@stage.each_engine
def test_every_redirect_on_the_same_origin_is_followed(place, engine):
    server = Server(place, lambda r: reply({"id": r.path}) if r.path.startswith("/new") else
                    to("/new/" + r.path[1:], r.path[1:] + " Moved"))
    place.job("j", server.url + "/${s}", engine=engine, params={"s": list(METHODS)})
    run = place.run("j")
    assert run["result"] == "complete" and run["requests"]["retried"] == 0, run
    assert sorted(row["id"] for row in place.rows()) == ["/new/" + s for s in METHODS]
    assert len(server.asked()) == 2 * len(METHODS)


@stage.each_engine
def test_a_post_that_is_redirected_keeps_or_loses_its_body_as_the_rfc_says(place, engine):
    server = Server(place, lambda r: reply({"id": 1}) if r.path.startswith("/new") else
                    to("/new/" + r.path[1:], r.path[1:] + " Moved"))
    place.job("j", {"url": server.url + "/${s}", "method": "POST", "json": {"q": 1}}, engine=engine,
              params={"s": list(METHODS)})
    assert place.run("j")["result"] == "complete"
    for status, (method, body) in METHODS.items():
        (second,) = server.asked("/new/" + status)
        assert (second.method, second.body) == (method, body), (status, second.method, second.body)
        assert ("content-type" in second.headers) == bool(body), (status, second.headers)


def test_relative_targets_are_resolved(place):
    targets = {"/a/b/1": ("../up", "/a/up"), "/a/b/2": ("down?x=1", "/a/b/down?x=1"), "/a/b/3": ("?y=2", "/a/b/3?y=2"),
               "/a/b/4": ("//HOST/four#part", "/four"), "/a/b/5": ("http://HOST/five", "/five")}
    server = Server(place, lambda r: to(targets[r.target][0].replace("HOST", server.host))
                    if r.target in targets else reply({"id": 1}))
    place.job("j", server.url + "/a/b/${n}", params={"n": {"range": [1, 5]}})
    assert place.run("j")["result"] == "complete"
    assert sorted(set(server.targets()) - set(targets)) == sorted(target for _, target in targets.values())


@stage.each_engine
def test_another_origin_is_refused_and_gets_no_connection(place, engine):
    """The other server listens on another port of the same host: another origin."""
    thief = Server(place, lambda r: reply({"id": "stolen"}))
    server = Server(place, lambda r: to(json.loads(r.headers["x-to"])))
    (place.dir / "canary").write_text("canary-d5c1")
    away = {"port": thief.url + "/x", "scheme": "ftp://" + server.host + "/x", "file": "file:///etc/passwd",
            "tls": server.url.replace("http:", "https:") + "/x", "slashes": "//" + thief.host + "/x",
            "user": "http://me:secret@" + thief.host + "/"}
    auths = ({"bearer": {"file": "canary"}}, {"basic": {"user": "me", "password": {"file": "canary"}}},
             {"api_key": {"header": "X-Api-Key", "value": {"file": "canary"}}},
             {"api_key": {"query": "key", "value": {"file": "canary"}}})
    for n, auth in enumerate(auths):
        for name, url in away.items():
            place.job(f"{name}{n}", {"url": server.url + "/", "headers": {"X-To": json.dumps(url)}},
                      engine=engine, auth=auth)
    place.start()
    for name in place.jobs:
        run = place.run(name)
        (failure,) = place.failed(run["id"])
        assert run["result"] == "failed" and failure["tries"] == 1, (name, failure)
        assert failure["outcome"] == "redirect" and failure["status"] == 302, (name, failure)
        assert "canary-d5c1" not in json.dumps(failure), failure
    assert thief.connections == 0 and place.rows() == []


@stage.each_engine
def test_credentials_go_along_on_the_same_origin(place, engine):
    (place.dir / "token").write_text("t0ken")
    server = Server(place, lambda r: reply({"id": 1}) if r.path == "/new" else to("/new"))
    place.job("b", server.url + "/old", engine=engine, auth={"bearer": {"file": "token"}})
    place.job("q", server.url + "/old", engine=engine, auth={"api_key": {"query": "key", "value": {"file": "token"}}})
    assert place.run("b")["result"] == "complete" == place.run("q")["result"]
    bearer, key = [r for r in server.asked() if r.path == "/new"]
    assert bearer.headers["authorization"] == "Bearer t0ken" and key.query == {"key": "t0ken"}


@stage.each_engine
def test_a_circle_of_redirects_ends_as_a_listed_failure(place, engine):
    server = Server(place, lambda r: to("/b" if r.path == "/a" else "/a"))
    place.job("j", server.url + "/a", engine=engine)
    run = place.run("j")
    (failure,) = place.failed(run["id"])
    assert run["result"] == "failed" and failure["outcome"] == "redirect", failure
    assert "request.max_redirects" in failure["error"] and len(server.asked()) == 6, failure


def test_max_redirects_0_follows_none(place):
    server = Server(place, lambda r: to("/new"))
    place.job("j", {"url": server.url + "/a", "max_redirects": 0})
    assert place.run("j")["result"] == "failed" and server.targets() == ["/a"]


def test_a_redirect_without_a_target_or_with_nonsense_is_a_failure(place):
    nonsense = {"/none": None, "/bad": "http://[::1", "/space": "http://exa mple/", "/empty": ""}
    server = Server(place, lambda r: reply(b"", "302 Found", Location=nonsense[r.path]))
    place.job("j", server.url + "/${p}", params={"p": [p[1:] for p in nonsense if p != "/empty"]})
    run = place.run("j")
    assert run["result"] == "failed" and run["requests"]["failed"] == 3 and len(server.asked()) == 3, run
    assert {f["outcome"] for f in place.failed(run["id"])} == {"redirect"}


stage.play(globals())
