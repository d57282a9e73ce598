#!/usr/bin/env python3
"""The reference job against a real Mockoon: 100 requests, 3 workers, each engine, both formats.

Needs npm; @mockoon/cli is installed once into $MOCKOON_DIR (default: build/mockoon of the tree). Without
npm, or when it cannot be installed, the test is skipped - unless FETCHD_LONG asks for it.
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "crash"))
import landed

TOP = pathlib.Path(os.environ.get("top_builddir", ".")).resolve()
PLACE = pathlib.Path(os.environ.get("MOCKOON_DIR", TOP.parent.parent / "mockoon"
                                    if TOP.parent.name == "check" else TOP / "build/mockoon"))
CLI = PLACE / "node_modules/.bin/mockoon-cli"


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(1 if os.environ.get("FETCHD_LONG") else 0)


def install():
    if CLI.exists():
        return
    if not shutil.which("npm"):
        skip("npm is not installed")
    PLACE.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(PLACE),
                           "@mockoon/cli"], stdin=subprocess.DEVNULL, capture_output=True, timeout=500)
    if done.returncode != 0 or not CLI.exists():
        skip("npm could not install @mockoon/cli")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_mockoon(port):
    process = subprocess.Popen(
        [str(CLI), "start", "--data", str(HERE / "mockoon.json"), "--port", str(port),
         "--disable-log-to-file", "--disable-admin-api"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/inventory/materials?id=1", timeout=5) as reply:
                json.load(reply)
                return process
        except OSError:
            time.sleep(0.1)
    process.kill()
    sys.exit("Bail out! Mockoon did not come up")


def run_job(port, engine, fmt, where):
    (where / "fetchd.yaml").write_text(json.dumps({
        "state_dir": str(where / "state"), "data_dir": str(where / "data"),
        "jobs": {"inventory": {
            "engine": engine, "workers": 3,
            "request": {"url": f"http://127.0.0.1:{port}/inventory/${{category}}?id=${{id}}"},
            "params": {"category": ["materials", "products"], "id": {"range": [0, 49]}},
            "columns": [{"name": "category", "meta": "param.category"}, {"name": "id"}, {"name": "name"},
                        {"name": "price"}, {"name": "quantity", "type": "int"}],
            "output": {"format": fmt}}}}))
    return subprocess.run([str(TOP / "src/fetchd/fetchd"), "-c", str(where / "fetchd.yaml"),
                           "--once", "inventory"], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120)


def main():
    install()
    port = free_port()
    mockoon = start_mockoon(port)
    number = failed = 0
    try:
        for engine in ("async", "threads"):
            for fmt in ("csv", "jsonl"):
                number += 1
                where = pathlib.Path(tempfile.mkdtemp(prefix="fetchd-mockoon."))
                done = run_job(port, engine, fmt, where)
                rows = landed.rows(where / "data")
                expected = [(kind, n) for kind in ("materials", "products") for n in range(50)]
                wrong = landed.compare([(row["category"], int(row["id"])) for row in rows], expected)
                if done.returncode != 0:
                    wrong.append(f"exit status {done.returncode}: {done.stdout}{done.stderr}")
                failed += bool(wrong)
                print(f"{'not ok' if wrong else 'ok'} {number} - mockoon-{engine}-{fmt}-100-rows-once-each")
                for sentence in wrong:
                    print("# " + sentence.replace("\n", "\n# "))
                shutil.rmtree(where)
    finally:
        mockoon.terminate()
        mockoon.wait()
    print(f"1..{number}")
    return 1 if failed else 0


sys.exit(main())
