#!/usr/bin/env python3
"""Credentials reach the server and nobody else: a canary is looked for wherever fetchd writes."""
import base64
import json
import urllib.parse

import peers
import stage
from server import Cut, Server, reply

CANARY = "cAn4ry/9b+7e=01 x"  # needs encoding in a URL
PLAIN = "pl41n-cAn4ry"  # what a cookie can carry
FORMS = {CANARY, PLAIN, urllib.parse.quote(CANARY, safe=""), urllib.parse.quote_plus(CANARY),
         urllib.parse.quote(CANARY, safe="/"), "cAn4ry", base64.b64encode(f"anna:{CANARY}".encode()).decode()}

AUTHS = {
    "basic": ({"basic": {"user": "anna", "password": {"file": "canary"}}},
              lambda r: r.headers.get("authorization") == "Basic " + base64.b64encode(
                  f"anna:{CANARY}".encode()).decode()),
    "bearer": ({"bearer": {"env": "CANARY"}}, lambda r: r.headers.get("authorization") == "Bearer " + CANARY),
    "header": ({"api_key": {"header": "X-Api-Key", "value": {"file": "canary"}}},
               lambda r: r.headers.get("x-api-key") == CANARY),
    "query": ({"api_key": {"query": "key", "value": {"env": "CANARY"}}}, lambda r: r.query.get("key") == CANARY),
    "cookie": ({"api_key": {"cookie": "key", "value": {"file": "plain"}}},
               lambda r: r.headers.get("cookie") == "key=" + PLAIN),
    "digest": ({"digest": {"user": "anna", "password": {"env": "CANARY"}}},
               lambda r: peers.digest_is_right(r, "anna", CANARY)),
    "oauth2": ({"oauth2": {"token_url": "TOKEN", "client_id": "anna", "client_secret": {"env": "CANARY"},
                           "refresh_token": {"file": "canary"}, "params": {"a": "b"}}},
               lambda r: r.headers.get("authorization") == "Bearer " + PLAIN),
    "session": ({"session": {"url": "LOGIN", "user": "anna", "password": {"env": "CANARY"},
                             "json": {"p": "${password}"}, "token": "/token", "header": "X-Session"}},
                lambda r: r.headers.get("x-session") == PLAIN),
    "cookies": ({"session": {"url": "LOGIN", "user": "anna", "password": {"file": "canary"},
                             "form": {"p": "${password}"}}}, lambda r: r.headers.get("cookie") == "sid=" + PLAIN),
    "credential": ({"bearer": {"credential": "api-token"}},
                   lambda r: r.headers.get("authorization") == "Bearer " + CANARY),
}


def prepare(place, script, engine):
    server = Server(place, script)
    (place.dir / "canary").write_text(CANARY + "\n")
    (place.dir / "plain").write_text(PLAIN)
    (place.dir / "api-token").write_text(CANARY)
    place.env = {**place.env, "CANARY": CANARY, "CREDENTIALS_DIRECTORY": str(place.dir)}
    for name, (auth, _) in AUTHS.items():
        auth = json.loads(json.dumps(auth).replace("TOKEN", server.url + "/grant").replace("LOGIN", server.url + "/grant"))
        place.job(name, server.url + "/" + name + "/${n}", auth=auth, engine=engine, params={"n": [1, 2, 3]},
                  pages={"by": "link"}, columns=[{"name": "url", "meta": "url"}, {"name": "id"}])
    return server


def grant(request):
    """A token endpoint and a login, whose answer repeats what it was asked."""
    assert urllib.parse.quote(CANARY, safe="").encode() in request.body or CANARY in json.loads(request.body)["p"]
    return reply({"access_token": PLAIN, "token_type": "bearer", "token": PLAIN, "refresh_token": CANARY,
                  "scope": request.body.decode()}, Set_Cookie=f"sid={PLAIN}; Path=/")


def check_nowhere(place, *texts):
    """In no reply, no log and no file but those the secret came from."""
    found = [form for text in texts for form in FORMS if form in text]
    for path in place.dir.rglob("*"):
        if path.is_file() and path.name not in ("canary", "plain", "api-token"):
            found += [(str(path), form) for form in FORMS if form.encode() in path.read_bytes()]
    assert not found, found


def every_reply(place, server):
    """All that the control socket says about all that happened."""
    paths = ["/v1/status", "/v1/jobs", "/v1/runs?limit=100"]
    for name in AUTHS:
        paths += [f"/v1/jobs/{name}", f"/v1/jobs/{name}/plan", f"/v1/jobs/{name}/head"]
    for run in place.call("GET", "/v1/runs?limit=100", expect=200)["items"]:
        paths += [f"/v1/runs/{run['id']}", f"/v1/runs/{run['id']}/requests?state=failed"]
    texts = [json.dumps(place.call("GET", path, expect=200)) for path in paths]
    for name in AUTHS:
        texts.append(json.dumps(place.call("POST", f"/v1/jobs/{name}/try", {}, expect=200)))
        for words in (["show", name], ["plan", name], ["try", name], ["--json", "show", name]):
            done = place.ctl(*words)
            texts += [done.stdout, done.stderr]
    return texts


def links(request):
    """Good answers, with the key in the next link, as many servers give it."""
    if request.path == "/grant":
        return grant(request)
    if request.path.startswith("/digest") and "authorization" not in request.headers:
        return reply({}, "401 Unauthorized", WWW_Authenticate=peers.challenge())
    assert AUTHS[request.path.split("/")[1]][1](request), (request.target, request.headers)
    key = f"&key={urllib.parse.quote(CANARY, safe='')}" if "key" in request.query else ""
    more = {"Link": f'<?page=2{key}>; rel="next"'} if "page" not in request.query else {}
    return reply([{"id": request.path, "page": request.query.get("page")}], **more)


@stage.each_engine
def test_each_kind_of_auth_is_sent_and_the_secret_shows_nowhere(place, engine):
    server = prepare(place, links, engine)
    place.start()
    for name in AUTHS:
        run = place.run(name)
        assert run["result"] == "complete" and run["rows"] == 6, (run, place.failed(run["id"]))
    texts = every_reply(place, server)
    check_nowhere(place, *texts)
    place.stop()
    check_nowhere(place)
    done = place.once(*AUTHS)
    assert done.returncode == 0
    check_nowhere(place, done.stdout, done.stderr)


@stage.each_engine
def test_a_failure_does_not_tell_the_secret_either(place, engine):
    """Every request fails in another way, some with an answer that holds what was sent."""

    def script(request):
        if request.path == "/grant":
            return grant(request)
        echo = request.target + str(request.headers)
        return [Cut(reset=True), reply(echo.encode(), "500 " + request.target.replace(" ", "+")),
                reply(echo.encode(), "200 OK", Link="<" + request.target)][int(request.path[-1]) - 1]

    server = prepare(place, script, engine)
    place.start()
    for name in AUTHS:
        assert place.run(name)["requests"]["failed"] == 3
    peer = [json.dumps(place.call("GET", "/v1/runs?limit=100"))]
    for run in place.call("GET", "/v1/runs?limit=100", expect=200)["items"]:
        peer.append(json.dumps(place.failed(run["id"])))
    check_nowhere(place, *peer)
    place.stop()
    check_nowhere(place)


def test_a_secret_that_cannot_be_read_refuses_the_run_by_name(place):
    server = Server(place, lambda r: reply({"id": 1}))
    place.job("file", server.url, auth={"bearer": {"file": "nothing-here"}})
    place.job("env", server.url, auth={"bearer": {"env": "NOT_SET_ANYWHERE"}})
    place.start()
    for name, word in (("file", "nothing-here"), ("env", "NOT_SET_ANYWHERE")):
        status, problem = place.call("POST", f"/v1/jobs/{name}/run")
        assert status >= 400 and word in json.dumps(problem), (status, problem)
    assert server.asked() == []


def test_a_secret_is_read_again_for_each_run(place):
    server = Server(place, lambda r: reply({"id": 1}))
    token = place.dir / "token"
    place.job("j", server.url, auth={"bearer": {"file": "token"}})
    for value in ("first", "second"):
        token.write_text(value)
        assert place.run("j")["result"] == "complete"
    assert [r.headers["authorization"] for r in server.asked()] == ["Bearer first", "Bearer second"]


stage.play(globals())
