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
        head = json.loads(place.ctl("--json", "head", f"j{n}").stdout)
        assert head["columns"] == COLUMNS, head
        assert [row[0] for row in head["rows"]] == ["1", "2", "3"] and head["rows"][0][3] is None, head


def test_a_change_of_dialect_closes_the_file_and_each_is_read_as_it_was_written(place):
    serve(place, [RECORDS])
    place.run("j")
    place.jobs["j"]["output"] = {"csv": {"delimiter": ";", "null": "-"}}
    place.write()
    assert place.ctl("reload").returncode == 0
    place.run("j")
    headers = sorted(path.read_bytes().splitlines()[0] for path in place.files())
    assert headers == [",".join(COLUMNS).encode(), ";".join(COLUMNS).encode()], headers
    head = json.loads(place.ctl("--json", "head", "j").stdout)
    assert [(row[0], row[3]) for row in head["rows"]] == 2 * [("1", None), ("2", "NULL"), ("3", "@x")], head
    del place.jobs["j"]["output"]
    place.write()
    assert place.ctl("reload").returncode == 0
    place.run("j")
    manifest = place.data / "j/j.manifest"
    stage.until(lambda: manifest.exists() and manifest.read_text().count("\n") == 2)
    lines = [json.loads(line) for line in manifest.read_text().splitlines()]
    assert [line.get("csv") for line in lines] == [None, {"delimiter": ";", "null": "-"}], lines


@stage.each_engine
def test_json_files_are_documents(place, engine):
    pages = [[{"page": p, "n": n, "x": "1e400"} for n in range(7)] for p in range(30)]
    serve(place, pages, engine=engine, output={"format": "json", "rotate": {"rows": 20}})
    assert place.run("j")["result"] == "complete"
    files = sorted(place.data.rglob("*.json"))
    documents = [json.loads(path.read_bytes()) for path in files]
    assert len(files) >= 11 and all(0 < len(document) <= 20 for document in documents), files
    rows = sorted((row["page"], row["n"]) for document in documents for row in document)
    assert rows == [(p, n) for p in range(30) for n in range(7)], rows
    head = json.loads(place.ctl("--json", "head", "j", "-n", "1000").stdout)
    assert head["total_rows"] == 210 and len(head["rows"]) == 210 and head["columns"] == ["page", "n", "x"], head


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


@stage.each_engine
def test_each_output_has_its_own_columns(place, engine):
    """Points of one run go to several files: what is new in one is old in another."""
    last = 199

    def record(group, n):
        return {group: n, "x": 0} if n == last else {group: n}

    server = Server(place, lambda r: reply([record(r.path[1], int(r.path[3:]))]))
    for policy in ("rotate", "extra", "drop", "fail"):
        place.job(policy, server.url + "/${g}/${n}", workers=1, engine=engine, new_columns=policy,
                  params={"n": {"range": [0, last]}, "g": ["a", "b"]}, output={"path": policy + "/${g}"})
    for policy in ("rotate", "extra", "drop", "fail"):
        run = place.run(policy)
        assert run["result"] == ("partial" if policy == "fail" else "complete"), run
        for group in "ab":
            rows = [row for path in (place.data / policy).glob(group + "*.csv")
                    for row in stage.landed.rows_of_csv(path)]
            assert sorted(int(row[group]) for row in rows) == list(range(last + (policy != "fail"))), (policy, rows)
            assert not any("ba"["ab".index(group)] in row for row in rows), (policy, rows)


def head(place, job, rows=1000):
    return json.loads(place.ctl("--json", "head", job, "-n", str(rows)).stdout)


def test_head_reads_closed_files_that_are_compressed(place):
    pages = [[{"page": p, "n": n} for n in range(5)] for p in range(20)]
    for compress, suffix in (("gzip", ".gz"), ("zstd", ".zst")):
        for form in ("csv", "jsonl", "json"):
            serve(place, pages, name=f"{compress}-{form}",
                  output={"format": form, "rotate": {"rows": 10}, "compress": compress})
    for compress, suffix in (("gzip", ".gz"), ("zstd", ".zst")):
        for form in ("csv", "jsonl", "json"):
            name = f"{compress}-{form}"
            assert place.run(name)["result"] == "complete"
            expected = sorted([str(p), str(n)] for p in range(20) for n in range(5))
            assert sorted(head(place, name)["rows"]) == expected, name  # being packed, perhaps
            stage.until(lambda: len(list((place.data / name).glob(f"*.{form}{suffix}"))) >= 9 and
                        not list((place.data / name).glob("*.closed")))
            found = head(place, name)
            assert sorted(found["rows"]) == expected and found["total_rows"] == 100, (name, found)


def test_head_of_snapshots_and_of_paths_that_vary(place):
    serve(place, [[{"run": 1}, {"run": 2}]], name="s", output={"mode": "snapshot"})
    serve(place, [[{"x": 1}], [{"x": 2}]], name="v", output={"path": "v/${n}"})
    serve(place, [[{"x": 1}]], name="t", output={"path": "t/dt=%Y-%m-%d/t", "format": "json"})
    assert place.run("s")["result"] == "complete"
    second = place.run("s")["id"]
    found = head(place, "s")
    assert found["rows"] == [["1"], ["2"]] and found["file"] == f"s/s/{second}/part-00001.csv", found
    assert place.run("v")["result"] == "complete"
    assert head(place, "v")["file"] in ("v/0.csv", "v/1.csv"), head(place, "v")
    assert place.run("t")["result"] == "complete"
    assert head(place, "t")["rows"] == [["1"]], head(place, "t")


stage.play(globals())
