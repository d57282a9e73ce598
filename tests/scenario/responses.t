#!/usr/bin/env python3
"""Answers that are not one JSON document with one list in it: lines, CSV, other charsets, lists in lists."""
import gzip
import json

import stage
from server import Cut, Server, reply


def serve(place, answers, **definition):
    """A job `j` with a request for each of `answers`, whole replies."""
    server = Server(place, lambda r: answers[int(r.path[1:])])
    place.job("j", server.url + "/${n}", params={"n": {"range": [0, len(answers) - 1]}}, **definition)
    return server


def typed(body, kind):
    return reply(body, Content_Type=kind)


@stage.each_engine
def test_ndjson_is_read_by_its_media_type_whatever_its_lines_end_with(place, engine):
    lines = b'{"id": 1, "n": 1.10}\r\n\r\n{"id": 18446744073709551615, "n": 1e400}\n{"id": 3, "n": null}'
    serve(place, [typed(lines, "application/x-ndjson; charset=utf-8")], engine=engine)
    assert place.run("j")["result"] == "complete"
    assert place.rows() == [{"id": "1", "n": "1.10"}, {"id": "18446744073709551615", "n": "1e400"},
                            {"id": "3", "n": ""}], place.rows()


def test_a_line_cut_off_is_fetched_again_and_a_broken_one_fails_its_request(place):
    whole = b'{"id": 1}\n{"id": 2}\n'
    seen = []

    def answer(request):
        seen.append(request.path)
        if request.path == "/1":
            return typed(b'{"id": 1}\n{"id": \n{"id": 9}\n', "application/jsonl")
        return typed(whole if seen.count("/0") > 1 else whole[:-4], "application/jsonl")

    server = Server(place, answer)
    place.job("j", server.url + "/${n}", params={"n": [0, 1]})
    assert place.run("j")["result"] == "partial"
    assert [row["id"] for row in place.rows()] == ["1", "2"]
    failed, = place.failed(1)
    assert failed["outcome"] == "not_json" and "line 2" in failed["error"], failed


@stage.each_engine
def test_csv_answers_become_rows_with_types(place, engine):
    body = ('id,name,price,since\r\n1,"a, ""b""",970.00,23/11/2026\r\n'
            '2,"two\r\nlines",,01/01/1970\r\n').encode()
    serve(place, [typed(body, "text/csv")], engine=engine, output={"format": "jsonl"},
          columns=[{"name": "id", "type": "int"}, {"name": "title", "from": "/name"},
                   {"name": "price", "type": "decimal"},
                   {"name": "since", "type": "time", "format": "%d/%m/%Y"}])
    assert place.run("j")["result"] == "complete"
    assert (place.data / "j/j.jsonl").read_text() == (
        '{"id":1,"title":"a, \\"b\\"","price":970.00,"since":"2026-11-23T00:00:00Z"}\n'
        '{"id":2,"title":"two\\u000d\\u000alines","price":null,"since":"1970-01-01T00:00:00Z"}\n')


def test_csv_of_other_tools_in_other_charsets(place):
    body = "﻿Nummer;Größe\n1;€ 5\n2;\n".encode("utf-8")
    serve(place, [typed(body, "text/csv"), typed("Nummer;Größe\n3;ß\n".encode("latin-1"), "text/csv; charset=latin1"),
                  typed("Nummer;Größe\n4;ü\n".encode("utf-16"), "text/csv"),
                  reply(gzip.compress("Nummer;Größe\n5;ä\n".encode()), Content_Type="text/csv", Content_Encoding="gzip")],
          decode={"delimiter": ";"}, workers=1)
    assert place.run("j")["result"] == "complete"
    assert [tuple(row.values()) for row in place.rows()] == [("1", "€ 5"), ("2", ""), ("3", "ß"), ("4", "ü"), ("5", "ä")]
    assert list(place.rows()[0]) == ["Nummer", "Größe"]


def test_csv_that_is_torn_or_ragged_never_lands(place):
    serve(place, [typed(b"id,n\n1,2\n3\n", "text/csv"), typed(b'id,n\n1,"2\n', "text/csv")])
    assert place.run("j")["result"] == "failed"
    assert place.rows() == []
    outcomes = {f["params"]["n"]: (f["outcome"], f["error"]) for f in place.failed(1)}
    assert outcomes["0"][0] == "not_csv" and "line 3: 1 field where" in outcomes["0"][1], outcomes
    assert outcomes["1"][0] == "truncated", outcomes


@stage.each_engine
def test_stars_gather_records_from_many_places(place, engine):
    body = {"data": [{"items": [{"id": 1}, {"id": 2}]}, {"items": []}, {"other": 1}, {"items": [{"id": 3}]}]}
    rates = {"rates": {"EUR": {"id": 4}, "USD": {"id": 5}}}
    serve(place, [reply(body)], engine=engine, records="/data/*/items")
    server = Server(place, lambda r: reply(rates))
    place.job("k", server.url, engine=engine, records="/rates/*")
    assert place.run("j")["result"] == place.run("k")["result"] == "complete"
    assert sorted(int(row["id"]) for row in place.rows()) == [1, 2, 3, 4, 5]


@stage.each_engine
def test_a_list_in_a_record_is_exploded_and_no_record_is_lost(place, engine):
    orders = [{"id": 1, "lines": [{"sku": "a", "n": 1.10}, {"sku": "b", "n": 2}]}, {"id": 2, "lines": []}, {"id": 3}]
    serve(place, [reply(orders)], engine=engine, explode="/lines",
          columns=[{"name": "id"}, {"name": "sku", "from": "/lines/sku"}, {"name": "n", "from": "/lines/n"}])
    assert place.run("j")["result"] == "complete"
    assert [tuple(row.values()) for row in place.rows()] == [("1", "a", "1.1"), ("1", "b", "2"), ("2", "", ""),
                                                             ("3", "", "")]


def test_a_try_shows_csv_as_it_came_and_as_it_would_land(place):
    server = Server(place, lambda r: typed("id;é\n1;ü\n".encode("latin-1"), "text/csv; charset=latin1"))
    place.job("j", server.url, decode={"delimiter": ";"})
    place.start()
    shown = place.call("POST", "/v1/jobs/j/try", expect=200)
    assert shown["body"] == "id;é\n1;ü\n" and shown["records"] == [{"id": "1", "é": "ü"}], shown
    assert shown["rows"] == "1,ü\n" and shown["columns"] == ["id", "é"], shown


def test_fetchmock_can_rehearse_all_of_it(place):
    url = place.mock(api={"routes": [
        {"path": "/lines", "text": '{"id": 1}\n{"id": 2}\n', "content_type": "application/x-ndjson"},
        {"path": "/csv", "text": "id\n3\n4\n", "content_type": "text/csv"}]})
    place.job("lines", url + "/lines")
    place.job("csv", url + "/csv")
    assert place.run("lines")["result"] == place.run("csv")["result"] == "complete"
    assert sorted(row["id"] for row in place.rows()) == ["1", "2", "3", "4"]


stage.play(globals())
