#!/usr/bin/env python3
"""From records to rows: columns, types, exact numbers, quoting, metadata, and files that rotate."""
import collections
import datetime
import json

import stage
from server import Server, reply

EXACT = ["9007199254740993", "18446744073709551616", "-0", "-0.0", "1.10", "1e400", "1E+2", "0.1e-7", "3.0",
         "123456789012345678901234567890.123456789012345678901234567890"]


def serve(place, pages, name="j", **definition):
    """A job with a request for each of `pages` (bytes or values)."""
    server = Server(place, lambda r: reply(pages[int(r.path[1:])]))
    place.job(name, server.url + "/${n}", params={"n": {"range": [0, len(pages) - 1]}}, **definition)
    return server


def texts(place):
    return {path.name: path.read_bytes().decode() for path in place.files()}


@stage.each_engine
def test_numbers_land_as_the_bytes_that_were_sent(place, engine):
    body = ('[' + ",".join('{"v": %s}' % n for n in EXACT) + ']').encode()
    serve(place, [body], engine=engine)
    serve(place, [body], name="lines", engine=engine, output={"format": "jsonl"})
    serve(place, [body], name="declared", engine=engine, columns=[{"name": "v"}])
    for name in place.jobs:
        assert place.run(name)["result"] == "complete"
    assert [row["v"] for row in place.rows("j")] == EXACT == [row["v"] for row in place.rows("declared")]
    lines = (place.data / "lines/lines.jsonl").read_text().splitlines()
    assert lines == ['{"v":%s}' % n for n in EXACT], lines


def test_csv_quotes_what_needs_it_and_only_that(place):
    record = {"plain": "a b", "comma": "a,b", "quote": 'say "x"', "line": "a\nb", "cr": "a\rb", "empty": "", "null": None,
              "yes": True, "list": [1, {"b": [2]}], "unicode": "ü€😀", "space": " a ", "tab": "a\tb",
              "esc\\ape,d": "\\n"}
    serve(place, [[record]])
    assert place.run("j")["result"] == "complete"
    assert texts(place)["j.csv"] == (
        'plain,comma,quote,line,cr,empty,null,yes,list,unicode,space,tab,"esc\\ape,d"\n'
        'a b,"a,b","say ""x""","a\nb","a\rb","",,true,"[1,{""b"":[2]}]",ü€😀," a ",a\tb,\\n\n'), texts(place)


def test_jsonl_lands_each_record_as_it_came_compacted(place):
    body = b'{"items": [ {"b": 1.10, "a": {"x": [ 1 , null ] }, "t": "\\u00fc \\n  two  spaces"} , [1, 2], "x", 7 ]}'
    serve(place, [body], records="/items", output={"format": "jsonl"})
    assert place.run("j")["result"] == "complete"
    assert texts(place)["j.jsonl"].splitlines()[1:] == ["[1,2]", '"x"', "7"], texts(place)
    first = texts(place)["j.jsonl"].splitlines()[0]
    assert first.startswith('{"b":1.10,"a":{"x":[1,null]},"t":"') and "two  spaces" in first, first


@stage.each_engine
def test_keys_that_appear_later_make_a_new_file_and_lose_no_row(place, engine):
    """600 records of which each names one of 40 keys: columns in order of first sight, each file whole."""
    pages = [[{"id": str(p * 10 + n), f"k{(p * 10 + n) % 40}": "v", "deep": {"er": n}} for n in range(10)]
             for p in range(60)]
    serve(place, pages, engine=engine, workers=8)
    run = place.run("j")
    assert run["result"] == "complete" and run["rows"] == 600, run
    rows = place.rows()
    assert sorted(int(row["id"]) for row in rows) == list(range(600))
    for row in rows:
        assert row[f"k{int(row['id']) % 40}"] == "v" and row["deep.er"] == str(int(row["id"]) % 10), row
        assert sum(value == "v" for value in row.values()) == 1, row
    headers = [path.read_text().splitlines()[0].split(",") for path in sorted(
        place.files(), key=lambda p: len(p.read_text().splitlines()[0]))]
    assert all(b[:len(a)] == a for a, b in zip(headers, headers[1:])), headers
    assert len(headers) <= 40 and len(headers[-1]) == 42, len(headers)


def test_columns_keep_the_order_of_first_sight(place):
    serve(place, [[{"z": 1, "a": {"y": 2, "b": 3}}, {"c": 4, "z": 5}]])
    place.run("j")
    assert texts(place)["j.csv"] == "z,a.y,a.b,c\n1,2,3,\n5,,,4\n", texts(place)


def test_declared_types_hold_and_a_wrong_value_is_listed_with_its_place(place):
    good = {"i": 7, "d": 1.5, "b": True, "t": "x", "j": [1]}
    wrong = {"i": "seven", "d": "x", "b": 2, "t": [5]}
    pages = [[good]] + [[good, {**good, key: value}] for key, value in wrong.items()]
    serve(place, pages, columns=[{"name": "i", "type": "int"}, {"name": "d", "type": "number"},
                                 {"name": "b", "type": "bool"}, {"name": "t", "type": "text"}, {"name": "j"}])
    run = place.run("j")
    failures = {f["params"]["n"]: f for f in place.failed(run["id"])}
    assert run["result"] == "partial" and texts(place)["j.csv"] == 'i,d,b,t,j\n7,1.5,true,x,[1]\n', texts(place)
    for n, key in enumerate(wrong, 1):
        assert failures[str(n)]["outcome"] == "bad_value" and f"column {key} (/{key})" in failures[str(n)]["error"], failures
        assert failures[str(n)]["tries"] == 1


def test_metadata_columns_say_where_a_row_came_from(place):
    metas = ["fetched_at", "url", "status", "run", "request", "param.n", "scheduled"]
    server = serve(place, [[{"id": 1}], [{"id": 2}]], columns=[{"name": m, "meta": m} for m in metas] + [{"name": "id"}])
    run = place.run("j")
    rows = sorted(place.rows(), key=lambda row: row["id"])
    for n, row in enumerate(rows):
        assert (row["url"], row["status"], row["run"]) == (f"{server.url}/{n}", "200", str(run["id"])), row
        assert (row["request"], row["param.n"], row["id"]) == (str(n), str(n), str(n + 1)), row
        for name in ("fetched_at", "scheduled"):
            assert datetime.datetime.fromisoformat(row[name]).tzinfo, row


@stage.each_engine
def test_files_rotate_by_rows_and_a_page_is_never_split(place, engine):
    pages = [[{"page": p, "n": n} for n in range(7)] for p in range(40)]
    serve(place, pages, engine=engine, output={"rotate": {"rows": 20}})
    assert place.run("j")["result"] == "complete"
    counts, where = [], collections.defaultdict(set)
    for path in place.files():
        rows = stage.landed.rows_of_csv(path)
        counts.append(len(rows))
        for row in rows:
            where[row["page"]].add(path)
    assert sum(counts) == 280 and max(counts) <= 20 and len(counts) == 20, counts
    assert all(len(files) == 1 for files in where.values()) and len(where) == 40


def test_files_rotate_by_size_and_are_listed_with_their_rows(place):
    pages = [[{"n": n, "pad": "x" * 1000} for n in range(p * 5, p * 5 + 5)] for p in range(40)]
    serve(place, pages, output={"rotate": {"size": "20KiB"}})
    run = place.run("j")
    sizes = [path.stat().st_size for path in place.files()]
    assert max(sizes) <= 20480 + 1100 and len(sizes) >= 10, sizes
    assert sorted(int(row["n"]) for row in place.rows()) == list(range(200))
    assert sum(file["rows"] for file in run["files"]) == 200 and len(run["files"]) == len(sizes), run["files"]


def test_head_shows_what_landed(place):
    serve(place, [[{"id": n, "name": f"row {n}"} for n in range(30)]])
    place.run("j")
    head = place.ctl("head", "j").stdout
    assert "row 29" in head and head.rstrip().endswith("x 2 columns]"), head
    document = json.loads(place.ctl("--json", "head", "j").stdout)
    assert "row 29" in json.dumps(document)


stage.play(globals())
