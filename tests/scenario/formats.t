#!/usr/bin/env python3
"""How rows look in files: CSV in any dialect and JSON arrays, read by Python's own modules; and what becomes
of keys that are not among the columns."""
import csv
import io
import itertools
import json

import stage
from server import Server, reply

RECORDS = [{"id": 1, "text": "a;b,c\td|e", "quote": 'say "x"', "null": None, "deep": {"er": -5}},
           {"id": 2, "text": "two\r\nlines", "quote": "=1+1", "null": "NULL", "deep": {"er": "-5"}},
           {"id": 3, "text": "", "quote": " @edge ", "null": "@x", "deep": {"er": [1, {"a": 2}]}}]
COLUMNS = ["id", "text", "quote", "null", "deep.er"]


def serve(place, pages, name="j", **definition):
    """A job with a request for each of `pages`, one after the other."""
    server = Server(place, lambda r: reply(pages[int(r.path[1:])]))
    place.job(name, server.url + "/${n}", params={"n": {"range": [0, len(pages) - 1]}}, workers=1, **definition)


def expected(record, null, guard):
    """The texts of a record in CSV."""
    texts = []
    for value in (record["id"], record["text"], record["quote"], record["null"], record["deep"]["er"]):
        text = null if value is None else value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        guarded = guard and isinstance(value, str) and value[:1] in tuple("=+-@\t\r")
        texts.append("'" + text if guarded else text)
    return texts


def test_csv_in_any_dialect_is_what_pythons_csv_reads(place):
    dialects = list(itertools.product(",;\t|", (False, True), ("", "NULL"), (False, True), (False, True)))
    for n, (delimiter, crlf, null, bom, guard) in enumerate(dialects):
        serve(place, [RECORDS], name=f"j{n}", output={"csv": {
            "delimiter": delimiter, "crlf": crlf, "null": null, "bom": bom, "guard": guard}})
    for n, (delimiter, crlf, null, bom, guard) in enumerate(dialects):
        assert place.run(f"j{n}")["result"] == "complete"
        data = (place.data / f"j{n}/j{n}.csv").read_bytes()
        assert data.startswith(b"\xef\xbb\xbf") == bom and data.endswith(b"\r\n" if crlf else b"\n"), data
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter, strict=True))
        assert rows == [COLUMNS] + [expected(record, null, guard) for record in RECORDS], (dialects[n], rows)


LATER = [[{"a": 1, "b": {"c": 2}}], [{"a": 3, "new": [1, 2]}, {"b": {"c": 4, "d": "x"}}], [{"a": 5, "b": {"c": 6}}]]


@stage.each_engine
def test_new_columns_may_be_dropped(place, engine):
    serve(place, LATER, engine=engine, new_columns="drop")
    assert place.run("j")["result"] == "complete"
    assert [path.read_text() for path in place.files()] == ["a,b.c\n1,2\n3,\n,4\n5,6\n"]


@stage.each_engine
def test_new_columns_may_gather_in_one(place, engine):
    serve(place, LATER, engine=engine, new_columns="extra")
    assert place.run("j")["result"] == "complete"
    assert len(place.files()) == 1
    rows = [(row["a"], row["b.c"], json.loads(row["_extra"] or "null")) for row in place.rows()]
    assert rows == [("1", "2", None), ("3", "", {"new": [1, 2]}), ("", "4", {"b.d": "x"}), ("5", "6", None)], rows
    assert place.stop() == 0
    assert place.run("j")["rows"] == 4 and len(place.files()) == 1, "the extra column did not survive a restart"


@stage.each_engine
def test_new_columns_may_fail_the_request_and_are_listed(place, engine):
    serve(place, LATER, engine=engine, new_columns="fail")
    run = place.run("j")
    assert run["result"] == "partial" and run["rows"] == 2, run
    failed = place.failed(run["id"])
    assert [f["params"] for f in failed] == [{"n": "1"}] and 'record 1 of 2: the key "new"' in failed[0]["error"], failed
    assert [path.read_text() for path in place.files()] == ["a,b.c\n1,2\n5,6\n"]


stage.play(globals())
