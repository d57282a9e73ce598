#!/usr/bin/env python3
"""Tokens and sessions: fetched once for all workers, renewed in time, and never in a storm."""
import json
import os
import threading
import time

import peers
import stage
from server import Server, reply


def api(place, endpoint, pause=0):
    """Items for who has a good token; the token endpoint is /token of the same server."""

    def script(request):
        if request.path == "/token":
            time.sleep(pause)
            return endpoint(request)
        if not endpoint.admits(request):
            return reply({"error": "token"}, "401 Unauthorized", WWW_Authenticate='Bearer error="invalid_token"')
        return reply([{"id": int(request.path[3:])}])

    return Server(place, script)


def secrets(place, **texts):
    for name, text in texts.items():
        (place.dir / name).write_text(text)


def oauth2(server, **more):
    return {"oauth2": {"token_url": server.url + "/token", "client_id": "reports",
                       "client_secret": {"file": "secret"}, **more}}


def job(place, server, engine="async", n=50, **more):
    secrets(place, secret="cl13nt s&cret")
    place.job("j", server.url + "/x/${n}", engine=engine, params={"n": {"range": [1, n]}},
              **{"workers": 8, "auth": oauth2(server), **more})


def ids(place):
    return sorted(int(row["id"]) for row in place.rows("j"))


@stage.each_engine
def test_one_token_serves_all_workers_and_the_next_run(place, engine):
    endpoint = peers.TokenEndpoint()
    server = api(place, endpoint, pause=0.1)
    job(place, server, engine, auth=oauth2(server, scope="items.read x", params={"audience": "https://a/?b"}))
    run = place.run("j")
    assert run["result"] == "complete" and ids(place) == list(range(1, 51)), place.failed(run["id"])
    assert endpoint.asked == [{"grant_type": "client_credentials", "scope": "items.read x",
                               "audience": "https://a/?b"}], endpoint.asked
    assert run["requests"]["retried"] == 0
    assert place.run("j")["result"] == "complete" and len(endpoint.asked) == 1


def test_runs_of_two_jobs_share_a_token(place):
    endpoint = peers.TokenEndpoint()
    server = api(place, endpoint)
    job(place, server)
    place.job("k", server.url + "/x/${n}", params={"n": [1, 2]}, auth=oauth2(server))
    assert place.run("j")["result"] == place.run("k")["result"] == "complete"
    assert len(endpoint.asked) == 1


def test_the_secret_goes_into_the_body_when_asked(place):
    endpoint = peers.TokenEndpoint(body=True)
    server = api(place, endpoint)
    job(place, server, n=1, auth=oauth2(server, client_auth="body"))
    assert place.run("j")["result"] == "complete"
    assert "authorization" not in server.asked("/token")[0].headers


@stage.each_engine
def test_a_token_is_renewed_before_it_expires(place, engine):
    """No request ever goes out with an expired one: the server would say 401, and there is none."""
    endpoint, began = peers.TokenEndpoint(life=1), time.monotonic()
    expiry = {}

    def script(request):
        if request.path == "/token":
            answer = endpoint(request)
            expiry[f"acc3ss-{endpoint.given}-{id(endpoint)}"] = time.monotonic() + 1
            return answer
        late = time.monotonic() > expiry[request.headers["authorization"][7:]]
        time.sleep(0.05)
        return reply([{"id": int(request.path[3:])}], "401 Unauthorized" if late else "200 OK")

    server = Server(place, script)
    job(place, server, engine, n=100, workers=2)
    run = place.run("j")
    assert run["result"] == "complete" and ids(place) == list(range(1, 101)), place.failed(run["id"])
    assert 2 <= len(endpoint.asked) <= 2 + (time.monotonic() - began) / 0.8, len(endpoint.asked)


@stage.each_engine
def test_a_revoked_token_is_renewed_once_for_all(place, engine):
    endpoint = peers.TokenEndpoint(life=None)
    base = api(place, endpoint)
    done, script = [], base.script

    def revoking(request):
        if request.path != "/token":
            done.append(1)
            if len(done) == 20:
                endpoint.revoke()
        return script(request)

    base.script = revoking
    job(place, base, engine)
    run = place.run("j")
    assert run["result"] == "complete" and ids(place) == list(range(1, 51)), place.failed(run["id"])
    assert len(endpoint.asked) == 2, endpoint.asked


@stage.each_engine
def test_a_token_that_is_never_good_is_fetched_twice_and_no_more(place, engine):
    endpoint = peers.TokenEndpoint()
    endpoint.admits = lambda request: False
    server = api(place, endpoint)
    job(place, server, engine)
    run = place.run("j")
    assert run["result"] == "failed" and run["requests"]["failed"] == 50
    assert len(endpoint.asked) == 2, len(endpoint.asked)
    assert place.failed(run["id"])[0]["status"] == 401


def test_one_forbidden_thing_does_not_renew_for_each(place):
    """401 for every second item whatever the token: they fail, the others land, and no more tokens are fetched
    than there are workers, who may each doubt one before the first of them is proven wrong."""
    endpoint = peers.TokenEndpoint()
    server = api(place, endpoint)
    script = server.script
    server.script = lambda r: (reply({}, "401 Unauthorized") if r.path[1:3] == "x/" and int(r.path[3:]) % 2
                               else script(r))
    job(place, server, n=60)
    run = place.run("j")
    assert run["result"] == "partial" and run["requests"]["failed"] == 30
    assert ids(place) == list(range(2, 61, 2)) and len(endpoint.asked) <= 8, len(endpoint.asked)


def reason(place, endpoint, **auth):
    server = api(place, endpoint)
    job(place, server, auth=oauth2(server, **auth))
    run = place.run("j")
    assert run["result"] == "failed" and not server.asked("/x"), run
    return run["reason"], server


def test_a_wrong_secret_says_what_to_check(place):
    endpoint = peers.TokenEndpoint(secret="another")
    why, server = reason(place, endpoint)
    assert server.host in why and "invalid_client" in why and "check client_id and client_secret" in why, why
    assert len(endpoint.asked) == 1


def test_a_refused_refresh_token_says_where_the_new_one_goes(place):
    endpoint = peers.TokenEndpoint(refresh="current")
    secrets(place, refresh="0ld-one")
    why, _ = reason(place, endpoint, refresh_token={"file": "refresh"})
    assert "refresh token" in why and "get a new one" in why and "no such token" in why, why
    assert len(endpoint.asked) == 1


def test_an_endpoint_that_is_down_is_tried_as_often_as_a_request(place):
    endpoint = peers.TokenEndpoint()
    endpoint.answers = [reply({}, "503 Service Unavailable")] * 10
    why, _ = reason(place, endpoint)
    assert "auth.oauth2" in why and "503" in why, why
    assert len(endpoint.asked) == 3  # retry.attempts
    endpoint.answers = [reply({}, "500 Oops"), reply({}, "429 Too Many", Retry_After="0")]
    assert place.run("j")["result"] == "complete" and len(endpoint.asked) == 6


def test_a_token_endpoint_nobody_listens_at(place):
    server = Server(place, lambda r: reply({}))
    secrets(place, secret="s")
    place.job("j", server.url, auth={"oauth2": {"token_url": "http://127.0.0.1:1/token", "client_id": "c",
                                                "client_secret": {"file": "secret"}}})
    run = place.run("j")
    assert run["result"] == "failed" and "127.0.0.1:1" in run["reason"] and not server.asked(), run


def test_answers_that_are_no_token(place):
    said = [(reply({"token": "x"}), "no access_token"), (reply(b"<html>"), "no access_token"),
            (reply({"access_token": "a\nb"}), "no access_token"),
            (reply({"access_token": "x", "token_type": "mac"}), 'of the type "mac"'),
            (reply({}, "302 Found", Location="/elsewhere"), "status 302"),
            (reply({"error": "invalid_scope"}, "400 Bad"), "check scope")]
    endpoint = peers.TokenEndpoint()
    server = api(place, endpoint)
    job(place, server)
    for answer, words in said:
        endpoint.answers = [answer]
        run = place.run("j")
        assert run["result"] == "failed" and words in run["reason"], (words, run["reason"])
    assert len(endpoint.asked) == len(said)


@stage.each_engine
def test_a_rotated_refresh_token_survives_a_restart(place, engine):
    endpoint = peers.TokenEndpoint(refresh="first-r3fresh", rotate=True)
    server = api(place, endpoint)
    secrets(place, refresh="first-r3fresh\n")
    job(place, server, engine, auth=oauth2(server, refresh_token={"file": "refresh"}))
    assert place.run("j")["result"] == "complete"
    place.stop()
    kept = list((place.state / "tokens").iterdir())
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600]
    assert (place.state / "tokens").stat().st_mode & 0o777 == 0o700
    assert "first-r3fresh" not in kept[0].read_text()
    assert place.run("j")["result"] == "complete"
    place.stop(9)
    assert place.once("j").returncode == 0
    assert [form["refresh_token"].split("-")[1] for form in endpoint.asked] == ["r3fresh", "1", "2"]


def test_a_new_refresh_token_in_the_file_wins(place):
    endpoint = peers.TokenEndpoint(refresh="one-r", rotate=True)
    server = api(place, endpoint)
    secrets(place, refresh="one-r")
    job(place, server, auth=oauth2(server, refresh_token={"file": "refresh"}))
    assert place.run("j")["result"] == "complete"
    endpoint.refresh = "two-r"
    endpoint.revoke()
    secrets(place, refresh="two-r")
    assert place.run("j")["result"] == "complete"
    place.stop()
    assert place.run("j")["result"] == "complete"
    assert [form["refresh_token"] for form in endpoint.asked][1] == "two-r"


def test_a_crash_between_renewals_loses_no_row(place):
    """Killed again and again while tokens of two seconds and rotated refresh tokens go round."""
    endpoint = peers.TokenEndpoint(refresh="first-r", rotate=True, life=2)
    endpoint.grace = True  # what the server gave and nobody kept is lost to anybody: the last one is good still
    server = api(place, endpoint, pause=0.02)
    script = server.script

    def slow(request):
        time.sleep(0.02)
        return script(request)

    server.script = slow
    secrets(place, refresh="first-r")
    job(place, server, n=150, workers=3, auth=oauth2(server, refresh_token={"file": "refresh"}))
    run = place.begin("j")
    for fraction in (20, 60, 100):
        stage.until(lambda: place.info(run)["requests"]["landed"] >= fraction)
        place.stop(9)
        place.start()
    assert place.ended(run)["result"] == "complete", place.info(run)
    assert ids(place) == list(range(1, 151))


def test_a_try_fetches_a_token_too_and_shows_none(place):
    endpoint = peers.TokenEndpoint()
    server = api(place, endpoint)
    job(place, server)
    place.start()
    tried = place.call("POST", "/v1/jobs/j/try", {}, expect=200)
    assert tried["status"] == 200 and tried["request"]["headers"]["Authorization"] == "***", tried
    assert "acc3ss" not in json.dumps(tried) and len(endpoint.asked) == 1
    endpoint.revoke()
    assert place.call("POST", "/v1/jobs/j/try", {}, expect=200)["status"] == 200
    assert len(endpoint.asked) == 2
    plan = place.ctl("plan", "j").stdout
    assert f"oauth2 (token_url {server.url}/token, client_id reports, client_secret from file" in plan, plan
    endpoint.secret = "changed"
    endpoint.revoke()
    status, problem = place.call("POST", "/v1/jobs/j/try", {})
    assert status >= 400 and "invalid_client" in json.dumps(problem), problem


def login(place, **session):
    secrets(place, pw='p"w d&')
    return {"session": {"user": "anna", "password": {"file": "pw"}, **session}}


@stage.each_engine
def test_a_login_by_form_gives_cookies(place, engine):
    state = {"session": None, "logins": 0}

    def script(request):
        if request.path == "/login":
            assert request.body == b"u=anna&p=p%22w%20d%26", request.body
            state["logins"] += 1
            state["session"] = f"s3ss-{state['logins']}"
            return (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\nSet-Cookie: sid=%s; Path=/; HttpOnly"
                    b"\r\nSet-Cookie: elsewhere=1; Path=/login\r\n\r\n" % state["session"].encode())
        if request.headers.get("cookie") != f"lang=de; sid={state['session']}":
            return reply({}, "403 Forbidden")
        if int(request.path[3:]) == 30 and state["logins"] == 1:
            state["session"] = "ended"
            return reply({}, "403 Forbidden")
        return reply([{"id": int(request.path[3:])}])

    server = Server(place, script)
    job(place, server, engine)
    place.job("j", {"url": server.url + "/x/${n}", "headers": {"Cookie": "lang=de"}}, engine=engine,
              params={"n": {"range": [1, 50]}},
              auth=login(place, url=server.url + "/login", form={"u": "${user}", "p": "${password}"}))
    run = place.run("j")
    assert run["result"] == "complete" and ids(place) == list(range(1, 51)), place.failed(run["id"])
    assert state["logins"] == 2


@stage.each_engine
def test_a_login_by_json_gives_a_token(place, engine):
    def script(request):
        if request.path == "/login":
            assert json.loads(request.body) == {"login": {"name": "anna", "pass": 'p"w d&'}}
            return reply({"data": {"token": "t0k3n"}})
        sent = request.headers.get("x-auth-token") or request.headers.get("authorization")
        return reply([{"id": sent}], "200 OK" if "t0k3n" in (sent or "") else "401 Unauthorized")

    server = Server(place, script)
    what = {"url": server.url + "/login", "token": "/data/token",
            "json": {"login": {"name": "${user}", "pass": "${password}"}}}
    place.job("header", server.url, engine=engine, auth=login(place, header="X-Auth-Token", **what))
    place.job("bearer", server.url, engine=engine, auth=login(place, **what))
    assert place.run("header")["result"] == place.run("bearer")["result"] == "complete"
    assert [row["id"] for row in place.rows("header")] == ["t0k3n"]
    assert [row["id"] for row in place.rows("bearer")] == ["Bearer t0k3n"]


def test_a_refused_login_says_so_once(place):
    server = Server(place, lambda r: reply({}, "401 Unauthorized"))
    place.job("j", server.url + "/${n}", params={"n": {"range": [1, 20]}},
              auth=login(place, url=server.url + "/login", json={"p": "${password}"}))
    run = place.run("j")
    assert run["result"] == "failed" and "check user, password" in run["reason"], run["reason"]
    assert len(server.asked()) == 1


stage.play(globals())
