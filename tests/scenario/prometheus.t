#!/usr/bin/env python3
"""A real Prometheus: its range queries land every sample once, compared with the samples that were put into it.

Uses the program of Debian's package; where that is not installed its files are unpacked into $PROMETHEUS_DIR
(default: build/prometheus of the tree), so that no service is started. Skipped where it cannot be had - unless
FETCHD_LONG asks for it.
"""
import os
import pathlib
import shutil
import subprocess
import time
import urllib.request

import stage

TOP = stage.TOP
PLACE = pathlib.Path(os.environ.get("PROMETHEUS_DIR", TOP.parent.parent / "prometheus"
                                    if TOP.parent.name == "check" else TOP / "build/prometheus"))
HOSTS, SAMPLES, STEP = "abc", 100, 60


def program(name):
    found = shutil.which(name) or PLACE / "usr/bin" / name
    if not pathlib.Path(found).exists():
        PLACE.mkdir(parents=True, exist_ok=True)
        subprocess.run("apt-get download -qq prometheus && dpkg -x prometheus_*.deb .", shell=True, cwd=PLACE,
                       stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    if not pathlib.Path(found).exists():
        if os.environ.get("FETCHD_LONG"):
            raise FileNotFoundError(name)
        raise stage.Skip("Debian's package prometheus cannot be had")
    return str(found)


def samples(first):
    """(host, time, value) as they were measured."""
    return [(host, first + STEP * i, i * 1.5 + ord(host)) for host in HOSTS for i in range(SAMPLES)]


def serve(place, first):
    promtool, prometheus = program("promtool"), program("prometheus")
    (place.dir / "in.om").write_text("# TYPE load gauge\n" + "".join(
        f'load{{host="{host}"}} {value} {when}\n' for host, when, value in samples(first)) + "# EOF\n")
    subprocess.run([promtool, "tsdb", "create-blocks-from", "openmetrics", "in.om", "tsdb"], cwd=place.dir, check=True,
                   capture_output=True, timeout=60)
    (place.dir / "prometheus.yml").write_text("{}\n")
    with stage.socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = "127.0.0.1:%d" % probe.getsockname()[1]
    place.spawn([prometheus, f"--config.file={place.dir}/prometheus.yml", f"--storage.tsdb.path={place.dir}/tsdb",
                 f"--web.listen-address={address}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ready():
        try:
            return urllib.request.urlopen(f"http://{address}/-/ready", timeout=5)
        except OSError:
            return None
    stage.until(ready)
    return f"http://{address}"


@stage.each_engine
def test_every_sample_of_a_range_lands_once(place, engine):
    first = int(time.time()) // STEP * STEP - 3 * 3600
    url = serve(place, first)
    place.job("j", {"url": url + "/api/v1/query_range",
                    "query": {"query": 'load{host="${host}"}', "step": str(STEP), "start": str(first),
                              "end": str(first + STEP * (SAMPLES - 1))}},
              engine=engine, params={"host": list(HOSTS)}, records="/data/result", explode="/values",
              columns=[{"name": "host", "from": "/metric/host"}, {"name": "time", "from": "/values/0", "type": "int"},
                       {"name": "value", "from": "/values/1", "type": "text"}])
    run = place.run("j")
    assert run["result"] == "complete", run
    found = sorted((row["host"], int(row["time"]), float(row["value"])) for row in place.rows())
    assert found == samples(first), (len(found), found[:5])


def test_the_names_of_series_land_too(place):
    url = serve(place, int(time.time()) // STEP * STEP - 3 * 3600)
    place.job("j", {"url": url + "/api/v1/series", "query": {"match[]": "load", "start": "0"}}, records="/data")
    assert place.run("j")["result"] == "complete"
    assert sorted(row["host"] for row in place.rows()) == list(HOSTS)


stage.play(globals())
