"""Reads what fetchd landed, the way any user would: every data file, with Python's csv and json.

Shares no code with fetchd. A torn line, a missing header or a file that does not parse is an error.
"""
import collections
import csv
import json
import pathlib


def rows_of_csv(path):
    text = path.read_bytes().decode("utf-8")
    if text and not text.endswith("\n"):
        raise ValueError(f"{path}: the last line is torn")
    rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
    if not rows:
        raise ValueError(f"{path}: no header")
    header, rows = rows[0], rows[1:]
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"{path}: a row of {len(row)} fields under {len(header)} columns")
    return [dict(zip(header, row)) for row in rows]


def rows_of_jsonl(path):
    text = path.read_bytes().decode("utf-8")
    if text and not text.endswith("\n"):
        raise ValueError(f"{path}: the last line is torn")
    return [json.loads(line) for line in text.splitlines()]


def data_files(data_dir):
    return sorted(p for p in pathlib.Path(data_dir).rglob("*") if p.suffix in (".csv", ".jsonl"))


def rows(data_dir):
    """All rows of all data files below data_dir."""
    found = []
    for path in data_files(data_dir):
        found += rows_of_csv(path) if path.suffix == ".csv" else rows_of_jsonl(path)
    return found


def compare(found, expected):
    """Both lists, repetitions counted; the sentences that say what differs, [] when they are equal."""
    wrong = []
    found, expected = collections.Counter(found), collections.Counter(expected)
    lost, extra = expected - found, found - expected
    if lost:
        wrong.append(f"{lost.total()} rows lost, for example {sorted(lost)[:5]}")
    if extra:
        wrong.append(f"{extra.total()} rows too many, for example {sorted(extra)[:5]}")
    return wrong
