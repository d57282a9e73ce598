#!/usr/bin/env python3
"""Columns of every type, and values that come through exactly: numbers and texts of all sorts, read back with
Python's csv and json. FETCHD_LONG=1 takes 100,000 of them."""
import csv
import json
import os
import random

import stage
from server import Server, reply

VALUES = 100_000 if os.environ.get("FETCHD_LONG") else 2_000
PAGE = 250


def digits(rnd, n):
    return "".join(rnd.choice("0123456789") for _ in range(n))


def a_number(rnd):
    """The text of a JSON number: small, of 64 bits, with many digits, with exponents beyond any double."""
    whole = rnd.choice(["0", str(rnd.randrange(100)), str(rnd.getrandbits(64)), str(rnd.randint(1, 9)) + digits(rnd, 40)])
    fraction = rnd.choice(["", "", "." + digits(rnd, rnd.randint(1, 30)), ".10"])
    exponent = rnd.choice(["", "", "", rnd.choice("eE") + rnd.choice(["", "+", "-"]) + digits(rnd, rnd.randint(1, 4))])
    return rnd.choice(["", "-"]) + whole + fraction + exponent


def a_character(rnd):
    planes = [(0x20, 0x7e), (0, 0x1f), (0x7f, 0x9f), (0xa0, 0x7ff), (0x800, 0xd7ff), (0xe000, 0xffff),
              (0x10000, 0x1ffff), (0x20000, 0x10ffff)]
    return chr(rnd.randint(*rnd.choice(planes))) if rnd.random() < 0.5 else rnd.choice('",;\n\r\t \\/\'=+-@|#')


def a_text(rnd):
    return "".join(a_character(rnd) for _ in range(rnd.choice([0, 1, 2, 5, 17, 60])))


def values(seed):
    """(number as text, text) of one page."""
    rnd = random.Random(seed)
    return [(a_number(rnd), a_text(rnd)) for _ in range(PAGE)]


def body(page):
    """Numbers as they are; texts escaped in one of Python's two ways, so that both are read."""
    rnd = random.Random(page)
    return ("[" + ",".join('{"n": %s, "t":%s}' % (n, json.dumps(t, ensure_ascii=rnd.random() < 0.5))
                           for n, t in values(page)) + "]").encode()


def test_random_numbers_and_texts_come_back_equal_from_csv_and_jsonl(place):
    pages = VALUES // 2 // PAGE
    server = Server(place, lambda r: reply(body(int(r.path[1:]))))
    columns = [{"name": "page", "meta": "param.n"}, {"name": "n"}, {"name": "t"}]
    for name, extra in {"csv": {}, "jsonl": {"output": {"format": "jsonl"}},
                        "auto": {"columns": "auto"}, "typed": {"columns": [
                            columns[0], {"name": "n", "type": "number"}, {"name": "t", "type": "text"}]}}.items():
        place.job(name, server.url + "/${n}", params={"n": {"range": [0, pages - 1]}},
                  **{"columns": columns, "workers": 1 if name == "auto" else 4, **extra})
    for name in place.jobs:
        assert place.run(name)["result"] == "complete", place.log()[-2000:]
    expected = [(str(page), n, t) for page in range(pages) for n, t in values(page)]
    lines = [json.loads(line, parse_int=str, parse_float=str)
             for line in (place.data / "jsonl/jsonl.jsonl").read_bytes().decode().split("\n")[:-1]]
    key = lambda row: int(row[0])  # pages land in any order, and whole
    assert sorted(((r["page"], r["n"], r["t"]) for r in lines), key=key) == expected
    no_nul = [(page, n, t.replace("\0", "�")) for page, n, t in expected]  # U+0000 has no place in CSV
    for name in ("csv", "typed"):
        with open(place.data / f"{name}/{name}.csv", encoding="utf-8", newline="") as file:
            rows = [tuple(row) for row in csv.reader(file, strict=True)]
        assert rows[0] == ("page", "n", "t") and sorted(rows[1:], key=key) == no_nul, name
    with open(place.data / "auto/auto.csv", encoding="utf-8", newline="") as file:
        assert [tuple(row) for row in csv.reader(file, strict=True)][1:] == [row[1:] for row in no_nul]


@stage.each_engine
def test_every_type_takes_what_it_can_hold_exactly(place, engine):
    record = {"int": " 42 ", "uint": 18446744073709551615, "decimal": "1.5e-3", "float": 1.5, "bool": "yes",
              "time": "2026-11-23 06:00:00.120+01:00", "ms": 1795413600123, "json": {"a": [1, None]}, "text": True}
    server = Server(place, lambda r: reply([record, {}]))
    columns = [{"name": name, "type": name} for name in record if name != "ms"]
    columns += [{"name": "ms", "type": "time", "format": "unix_ms"}, {"name": "nested", "from": "/json/a/0", "type": "int"},
                {"name": "none", "default": "n/a"}, {"name": "shop", "value": 7}, {"name": "page", "meta": "page"},
                {"name": "url", "meta": "url"}]
    place.job("j", server.url, engine=engine, columns=columns, output={"format": "jsonl"})
    assert place.run("j")["result"] == "complete", place.failed(1)
    first, second = (place.data / "j/j.jsonl").read_text().splitlines()
    assert first == ('{"int":42,"uint":18446744073709551615,"decimal":0.0015,"float":1.5,"bool":true,'
                     '"time":"2026-11-23T05:00:00.120Z","json":{"a":[1,null]},"text":"true",'
                     '"ms":"2026-11-23T06:00:00.123Z","nested":1,"none":"n/a","shop":7,"page":0,"url":"%s/"}' % server.url)
    assert json.loads(second)["int"] is None and json.loads(second)["none"] == "n/a"


def test_a_value_of_another_type_fails_its_request_with_its_place(place):
    server = Server(place, lambda r: reply([{"id": 1}, {"id": "x1"}]))
    place.job("j", server.url, columns=[{"name": "id", "type": "int"}])
    assert place.run("j")["result"] == "failed" and place.rows() == []
    failed, = place.failed(1)
    assert failed["outcome"] == "bad_value"
    assert 'record 2 of 2: column id (/id): expected an integer, found the string "x1"' in failed["error"], failed


def test_or_lands_as_null(place):
    server = Server(place, lambda r: reply([{"id": 1, "n": 1}, {"id": 2, "n": "x"}]))
    place.job("j", server.url, on_error="null", columns=[{"name": "id", "type": "int"}, {"name": "n", "type": "int"}])
    assert place.run("j")["result"] == "complete"
    assert [tuple(row.values()) for row in place.rows()] == [("1", "1"), ("2", "")]


def test_the_order_of_columns_is_kept_over_a_restart(place):
    bodies = [[{"b": 1, "a": 2}], [{"a": 3, "b": 4}]]
    server = Server(place, lambda r: reply(bodies[len(server.asked()) - 1]))
    place.job("j", server.url)
    assert place.run("j")["result"] == "complete"
    place.daemon.kill()
    place.daemon.wait()
    place.daemon = None
    assert place.run("j")["result"] == "complete"
    assert (place.data / "j/j.csv").read_text() == "b,a\n1,2\n4,3\n"


stage.play(globals())
