#!/usr/bin/env python3
"""Each way to say who asks, against servers that check it by their own reckoning."""
import json

import peers
import stage
from server import Server, reply

PASSWORD = "p:w d/&é"


def secret(place, name="pw", text=PASSWORD):
    (place.dir / name).write_text(text + "\n")
    return {"file": name}


def digest_server(place, algorithm):
    def script(request):
        if peers.digest_is_right(request, "anna", PASSWORD, algorithm):
            return reply([{"id": int(request.query.get("id", 0)), "body": request.body.decode()}])
        return reply({"error": "who?"}, "401 Unauthorized", WWW_Authenticate=peers.challenge(algorithm))

    return Server(place, script)


@stage.each_engine
def test_digest_answers_the_challenge(place, engine):
    for algorithm in ("MD5", "SHA-256"):
        server = digest_server(place, algorithm)
        name = algorithm.lower()
        place.job(name, server.url + "/x?id=${n}&q=a%20b", engine=engine, workers=2,
                  params={"n": {"range": [1, 20]}}, auth={"digest": {"user": "anna", "password": secret(place)}})
        run = place.run(name)
        assert run["result"] == "complete" and run["rows"] == 20, (run, place.failed(run["id"]))
        assert sorted(int(row["id"]) for row in place.rows(name)) == list(range(1, 21))
        # A challenge is answered once for each handle, not once for each request.
        assert len(server.asked()) < 30, len(server.asked())
        place.stop()


@stage.each_engine
def test_digest_sends_the_body_that_was_asked_for(place, engine):
    server = digest_server(place, "MD5")
    place.job("post", {"url": server.url + "/x?id=${n}", "method": "POST", "json": {"n": "${n}"}}, engine=engine,
              params={"n": [1, 2, 3]}, auth={"digest": {"user": "anna", "password": secret(place)}})
    run = place.run("post")
    assert run["result"] == "complete", place.failed(run["id"])
    assert sorted(row["body"] for row in place.rows("post")) == [f'{{"n":"{n}"}}' for n in (1, 2, 3)]


def test_a_wrong_digest_fails_without_a_storm(place):
    server = digest_server(place, "MD5")
    place.job("j", server.url + "/x", auth={"digest": {"user": "anna", "password": secret(place, text="wrong")}})
    run = place.run("j")
    assert run["result"] == "failed" and place.failed(run["id"])[0]["status"] == 401
    assert len(server.asked()) == 2


def test_a_handle_serves_the_next_job_without_the_digest_of_the_last(place):
    server = Server(place, lambda r: reply({"seen": r.headers.get("authorization", "")}))
    place.job("with", server.url + "/a", workers=1, auth={"digest": {"user": "anna", "password": secret(place)}})
    place.job("without", server.url + "/b", workers=1)
    place.run("with")
    place.run("without")
    assert all("authorization" not in r.headers for r in server.asked("/b"))


@stage.each_engine
def test_a_key_in_a_cookie_stands_beside_the_users_own(place, engine):
    server = Server(place, lambda r: reply({"cookie": r.headers.get("cookie")}))
    place.job("j", {"url": server.url, "headers": {"Cookie": "lang=de"}}, engine=engine,
              auth={"api_key": {"cookie": "key", "value": secret(place, "key", "abc123")}})
    place.run("j")
    assert [row["cookie"] for row in place.rows("j")] == ["lang=de; key=abc123"]


def test_graphql_variables_are_values_of_their_type(place):
    server = Server(place, lambda r: reply(json.loads(r.body)["variables"] | {"query": json.loads(r.body)["query"]}))
    query = 'query Items($id: ID!, $first: Int) { items(id: $id, first: $first) { name } } # "q" $$'
    place.job("j", {"url": server.url + "/graphql", "graphql": {
        "query": query, "operation": "Items",
        "variables": {"id": "${id}", "first": "${n|json}", "on": True, "big": 12345678901234567890}}},
        params={"id": ['a"b\\c', "é\n"], "n": [1, "1e3"]}, combine="zip")
    run = place.run("j")
    assert run["result"] == "complete", place.failed(run["id"])
    for request in server.asked():
        assert request.method == "POST" and request.headers["content-type"] == "application/json"
    bodies = sorted((json.loads(r.body) for r in server.asked()), key=lambda b: b["variables"]["id"])
    assert [b["variables"]["id"] for b in bodies] == ['a"b\\c', "é\n"]
    assert [b["variables"]["first"] for b in bodies] == [1, 1000.0]
    assert all(b["query"] == query and b["operationName"] == "Items" for b in bodies)
    assert b'"big":12345678901234567890' in server.asked()[0].body


def test_a_value_that_is_no_json_fails_its_request_alone(place):
    server = Server(place, lambda r: reply({"id": 1}))
    place.job("j", {"url": server.url, "json": {"n": "${n|json}"}}, params={"n": ["1", "two", "null"]})
    run = place.run("j")
    assert run["result"] == "partial" and run["requests"]["failed"] == 1
    assert '"two" is no JSON value' in place.failed(run["id"])[0]["error"]
    assert sorted(r.body for r in server.asked()) == [b'{"n":1}', b'{"n":null}']


def test_plan_and_try_tell_how_and_not_what(place):
    server = Server(place, lambda r: reply({"id": 1}))
    place.job("j", {"url": server.url, "headers": {"X-Also": "tr0ub4dor"}},
              auth={"api_key": {"header": "X-Key", "value": secret(place, "key", "tr0ub4dor")}})
    place.start()
    plan = place.call("GET", "/v1/jobs/j/plan", expect=200)
    assert plan["auth"] == {"api_key": {"header": "X-Key", "value": {"file": str(place.dir / "key")}}}, plan
    said = place.ctl("plan", "j").stdout
    assert f"api_key (header X-Key, value from file {place.dir}/key)" in said, said
    request = place.call("POST", "/v1/jobs/j/try", {}, expect=200)["request"]
    assert request["auth"] == plan["auth"]
    assert request["headers"]["X-Key"] == "***" and request["headers"]["X-Also"] == "***", request
    assert "api_key (header X-Key" in place.ctl("try", "j").stdout
    assert "tr0ub4dor" not in json.dumps(request) + said + place.log()


@stage.each_engine
def test_a_signature_that_another_reckoning_agrees_with(place, engine):
    """Unsorted queries, values that are empty or odd, bodies, s3 and others, with and without a session."""

    def script(request):
        service = "s3" if "x-amz-content-sha256" in request.headers else "execute-api"
        right = peers.sigv4_is_right(request, "w/Jalr+XUtn", "eu-west-1", service)
        return reply({"id": request.query.get("id")}, "200 OK" if right else "403 Forbidden")

    server = Server(place, script)
    keys = {"access_key": secret(place, "id", "AKIDEXAMPLE"), "secret_key": secret(place, "sk", "w/Jalr+XUtn")}
    for name, service, more in (("api", "execute-api", {}), ("s3", "s3", {}),
                                ("session", "s3", {"session_token": secret(place, "st", "t0k3n/==")})):
        auth = {"sigv4": {"region": "eu-west-1", "service": service, **keys, **more}}
        place.job(name, {"url": server.url + "/b%20c/${id}/~x*(y)?z=1&id=${id}&empty=&novalue&A=%2f&a-b=1&a=2&a=1"
                         "&plus=a%2Bb", "headers": {"X-Amz-Meta-Two": "a   b"}},
                  params={"id": ["1", "a b/c", "é&=", "*'()!", "%"]}, engine=engine, auth=auth)
    place.job("post", {"url": server.url + "/", "method": "POST", "json": {"q": "${id}"}}, engine=engine,
              params={"id": ["x", "é"]},
              auth={"sigv4": {"region": "eu-west-1", "service": "execute-api", **keys}})
    for name in ("api", "s3", "session", "post"):
        run = place.run(name)
        assert run["result"] == "complete", (name, place.failed(run["id"]))
    assert all(r.headers["x-amz-security-token"] == "t0k3n/==" for r in server.asked()[10:15])
    tried = place.call("POST", "/v1/jobs/session/try", {}, expect=200)
    assert tried["status"] == 200
    assert not any(word in json.dumps(tried) + place.log() for word in ("w/Jalr", "t0k3n"))


@stage.each_engine
def test_a_netrc_file_has_the_host(place, engine):
    server = Server(place, lambda r: reply({"id": r.headers.get("authorization")}))
    text = 'machine other login x password y\nmachine 127.0.0.1 login anna\n  password "s3cr et"\ndefault login d password e'
    place.job("j", server.url, engine=engine, auth={"netrc": secret(place, "netrc", text)})
    place.job("none", server.url, engine=engine, auth={"netrc": secret(place, "netrc2", "machine other password y")})
    assert place.run("j")["result"] == "complete"
    assert place.rows("j")[0]["id"] == "Basic YW5uYTpzM2NyIGV0"
    run = place.run("none")
    assert run["result"] == "failed" and "no password for the host 127.0.0.1" in place.failed(run["id"])[0]["error"]


stage.play(globals())
