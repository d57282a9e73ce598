#!/usr/bin/env python3
"""Pages of a real json-server (typicode, 0.17): by Link header, by number, by offset and recognised, also
killed on the way. What must land is read from the server's own file.

Needs npm; json-server is installed once into $JSONSERVER_DIR (default: build/jsonserver of the tree).
Without npm, or when it cannot be installed, the test is skipped - unless FETCHD_LONG asks for it.
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import urllib.request

import stage
import landed

PLACE = pathlib.Path(os.environ.get("JSONSERVER_DIR", stage.TOP.parent.parent / "jsonserver"
                                    if stage.TOP.parent.name == "check" else stage.TOP / "build/jsonserver"))
CLI = PLACE / "node_modules/.bin/json-server"
SIZE = 10

# name: (query of the first address, what the job says of its pages)
STYLES = {
    "link": (f"?_page=1&_limit={SIZE}", {"by": "link"}),
    "link-total": (f"?_page=1&_limit={SIZE}", {"by": "link", "total_header": "X-Total-Count"}),
    "page": ("", {"by": "page", "param": "_page", "size": SIZE, "size_param": "_limit",
                  "total_header": "X-Total-Count", "key": "/id"}),
    "page-empty": ("", {"by": "page", "param": "_page", "size": SIZE, "size_param": "_limit"}),
    "offset": ("", {"by": "offset", "param": "_start", "size": SIZE, "size_param": "_limit",
                    "total_header": "X-Total-Count"}),
    "offset-overlap": ("", {"by": "offset", "param": "_start", "size": SIZE, "size_param": "_limit", "overlap": 3}),
    "auto": (f"?_page=1&_limit={SIZE}", {"by": "auto"}),
}
PARTS = {"cedars": 95, "rivers": 100, "signals": 7, "none": 0}


def install():
    if CLI.exists():
        return
    if not shutil.which("npm"):
        skip("npm is not installed")
    PLACE.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(PLACE),
                           "json-server@0.17"], stdin=subprocess.DEVNULL, capture_output=True, timeout=500)
    if done.returncode != 0 or not CLI.exists():
        skip("npm could not install json-server")


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(1 if os.environ.get("FETCHD_LONG") else 0)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(place, *words):
    """json-server over a file of numbered records; its URL."""
    data = {part: [{"id": n, "name": f"{part} {n}", "nested": {"odd": n % 2 == 1}} for n in range(1, count + 1)]
            for part, count in PARTS.items()}
    (place.dir / "db.json").write_text(json.dumps(data))
    port = free_port()
    place.spawn([str(CLI), "--quiet", "--port", str(port), "--host", "127.0.0.1", *words, str(place.dir / "db.json")],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/signals", timeout=5) as reply:
                return len(json.load(reply)) == PARTS["signals"]
        except OSError:
            return False

    stage.until(answers)
    return f"http://127.0.0.1:{port}"


def define(place, url, engine):
    for name, (query, pages) in STYLES.items():
        place.job(name, url + "/${part}" + query, engine=engine, params={"part": list(PARTS)}, pages=pages,
                  columns=[{"name": "part", "meta": "param.part"}, {"name": "id", "type": "int"}, {"name": "name"}])


def check(place, name, run):
    served = json.loads((place.dir / "db.json").read_text())
    expected = [(part, str(row["id"]), row["name"]) for part, rows in served.items() for row in rows]
    assert run["result"] == "complete", (name, run, place.failed(run["id"]))
    wrong = landed.compare([(row["part"], row["id"], row["name"]) for row in place.rows(name)], expected)
    assert not wrong, (name, wrong)


@stage.each_engine
def test_the_full_set_lands_by_every_way_to_page(place, engine):
    define(place, serve(place), engine)
    for name in STYLES:
        check(place, name, place.run(name))
    assert '"by":"link"' in place.log()


def test_the_full_set_lands_once_when_killed_on_the_way(place):
    define(place, serve(place, "--delay", "25"), "async")
    place.start()
    runs = {name: place.begin(name) for name in STYLES}
    for rows in (30, 150):
        stage.until(lambda: sum(place.info(run)["rows"] for run in runs.values()) >= rows)
        place.daemon.kill()
        place.daemon.wait()
        place.start()
    for name, run in runs.items():
        check(place, name, place.ended(run))


install()
stage.play(globals())
