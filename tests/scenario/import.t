#!/usr/bin/env python3
"""fetchctl import: what curl itself sends for a command line, fetchd sends for the job that was made of it,
and a document of an API gives a job that fetches."""
import json
import re
import shlex
import subprocess

import stage
from server import Server, reply

# URL stands for the server's address. No secret: those are left out on purpose.
LINES = [
    "curl 'URL/inventory/{materials,products}?id=[0-4]'",
    "curl -s 'URL/a%20b/c?q=x%2By&r=$1&s=%7Bt%7D#top' -H 'X-One: a$b' -H 'X-Two: \"q\"'",
    "curl URL/post -d a=1 -d 'b=x%20y+z&c='",
    "curl URL/post -d a=1 -d a=2",
    "curl --json '{\"q\": \"$id\", \"n\": [1.10, 12345678901234567890]}' URL/json",
    "curl -X PUT URL/put -H 'Content-Type: text/plain' --data-binary $'one\\ntwo \\u00e9 $x'",
    "curl -G URL/find -d q=1 --data-urlencode 'w=a&b=c d' -A me/1 -e http://from/here",
    "curl -g 'URL/plain?ids[]=1&ids[]=2'",
    "curl 'URL/pages?page=[08-11]&size=[1-9:4]'",
]


def sent(server, wanted):
    """What came: method, target (curl writes "+" and %3d where others write %20 and %3D), body and the headers
    that an API can tell apart."""
    asked = server.asked()
    with server.lock:
        server.log.clear()
    assert len(asked) == wanted or wanted is None, [r.target for r in asked]
    kept = ("content-type", "user-agent", "referer", "x-one", "x-two")
    return sorted((r.method, re.sub("%..", lambda code: code[0].upper(), r.target).replace("+", "%20"), canonical(r),
                   [(k, v) for k, v in sorted(r.headers.items())
                    if k in kept and not v.startswith(("curl/", "fetchd/"))]) for r in asked)


def canonical(request):
    """JSON is sent compact, forms encoded in one way; the meaning is the same."""
    kind = request.headers.get("content-type", "")
    if "json" in kind:
        return json.dumps(json.loads(request.body, parse_float=str, parse_int=str))
    return request.body.replace(b"+", b"%20") if "form" in kind else request.body


def imported(place, *words):
    place.write()
    made = place.ctl("import", *words)
    assert made.returncode == 0, made.stderr
    (place.dir / "import.yaml").write_text(made.stdout)
    return place.dir / "import.yaml"


def test_fetchd_sends_what_curl_sends(place):
    server = Server(place, lambda r: reply({"id": r.target}))
    for line in LINES:
        line = line.replace("URL", server.url)
        subprocess.run(["bash", "-c", line.replace("curl ", "curl -s -o /dev/null ", 1)], check=True, timeout=60)
        by_curl = sent(server, None)
        assert by_curl, line
        done = place.once(str(imported(place, "curl", line)))
        assert done.returncode == 0, (line, done.stderr)
        by_fetchd = sent(server, len(by_curl))
        assert by_fetchd == by_curl, (line, by_fetchd, by_curl)


def test_a_line_is_taken_whole_in_words_or_from_standard_input(place):
    line = "curl 'http://h/a b' -H 'X: y z'".replace("a b", "a?b")
    whole = place.ctl("import", "curl", line).stdout
    assert "http://h/a?b" in whole
    assert place.ctl("import", "curl", "--", *shlex.split(line)).stdout == whole
    piped = subprocess.run([stage.FETCHCTL, "import", "curl", "-"], input=line, capture_output=True, text=True)
    assert piped.stdout == whole, piped.stderr


def test_what_cannot_be_made_a_job_is_a_sentence_and_status_1(place):
    for line, part in (("curl -T f http://h/", "only fetches"), ("curl 'http://h/", "not closed"),
                       ("curl ftp://h/", "http://"), ("", "no address")):
        made = place.ctl("import", "curl", line)
        assert (made.returncode, made.stdout) == (1, ""), line
        assert re.fullmatch(r"fetchctl: [^\n]*\n", made.stderr) and part in made.stderr, made.stderr
    assert place.ctl("import", "wget", "x").returncode == 2


def test_an_imported_secret_is_read_where_the_notes_say(place):
    server = Server(place, lambda r: reply({"id": 1}))
    made = imported(place, "curl", f"curl {server.url}/orders -H 'Authorization: Bearer t0ps3cret'")
    assert "t0ps3cret" not in made.read_text() and "put it, alone, into the file orders-token" in made.read_text()
    (place.dir / "orders-token").write_text("t0ps3cret\n")
    (place.dir / "orders-token").chmod(0o600)
    done = place.once(str(made))
    assert done.returncode == 0, done.stderr
    assert server.asked()[0].headers["authorization"] == "Bearer t0ps3cret"


API = {
    "openapi": "3.1.0",
    "servers": [{"url": "URL/v1"}],
    "paths": {"/pets": {"get": {
        "operationId": "listPets",
        "parameters": [{"name": "status", "in": "query", "required": True,
                        "schema": {"enum": ["new", "old"]}}],
        "responses": {"200": {"headers": {"Link": {}}, "content": {"application/json": {"schema": {
            "type": "object", "properties": {"items": {"type": "array", "items": {
                "$ref": "#/components/schemas/Pet"}}}}}}}}}}},
    "components": {"schemas": {"Pet": {"type": "object", "properties": {
        "id": {"type": "integer"}, "owner": {"type": "object", "properties": {"name": {"type": "string"}}}}}}},
}


def test_an_api_document_gives_a_job_that_fetches(place):
    def answer(request):
        page = int(request.target[-1]) if "page=" in request.target else 1
        headers = {} if page == 3 else {"Link": f'<{request.target.split("&page")[0]}&page={page + 1}>; rel="next"'}
        return reply({"items": [{"id": page, "owner": {"name": "ann"}, "more": 1}]}, **headers)

    server = Server(place, answer)
    (place.dir / "api.json").write_text(json.dumps(API).replace("URL", server.url))
    listed = place.ctl("import", "openapi", str(place.dir / "api.json"))
    assert (listed.returncode, listed.stdout) == (0, "/pets\n"), listed.stderr
    done = place.once(str(imported(place, "openapi", str(place.dir / "api.json"), "/pets")))
    assert done.returncode == 0, done.stderr
    rows = place.rows("listPets")
    assert sorted(row["id"] for row in rows) == sorted(["1", "2", "3"] * 2), rows
    assert set(rows[0]) == {"id", "owner.name"}
    assert all(request.target.startswith("/v1/pets?status=") for request in server.asked())
    missing = place.ctl("import", "openapi", str(place.dir / "api.json"), "/pet")
    assert missing.returncode == 1 and "did you mean /pets?" in missing.stderr


stage.play(globals())
