#!/usr/bin/env python3
"""The live file was touched while fetchd was away: it is put aside and named, never overwritten; and a
disk that is full is waited for."""
import os
import subprocess
import threading

import stage
from server import Server, reply


def job(place, name="j", count=10, pad=0, **more):
    server = Server(place, lambda r: reply({"id": r.path[1:], "pad": "x" * pad}))
    place.job(name, server.url + "/${id}", params={"id": {"range": [0, count - 1]}}, workers=2, **more)
    return server


def ids(rows):
    return sorted(int(row["id"]) for row in rows)


def all_files(place):
    return {path: path.read_bytes() for path in place.data.rglob("*") if path.is_file() and not path.is_symlink()}


def shorten(live, place):
    with open(live, "r+b") as file:
        file.truncate(20)


def replace(live, place):
    live.unlink()
    live.write_bytes(b"somebody else's\n")


def delete(live, place):
    live.unlink()


def link(live, place):
    target = place.dir / "precious"
    target.write_bytes(b"do not touch\n")
    live.unlink()
    live.symlink_to(target)


def make_directory(live, place):
    live.unlink()
    live.mkdir()


def lengthen(live, place):
    with open(live, "ab") as file:
        file.write(b"garbage of somebody\n")


def between_two_runs(place, touch):
    """One run, then the live file is touched while fetchd is down, then another; the live file."""
    job(place)
    assert place.run("j")["result"] == "complete"
    assert place.stop() == 0
    live = place.data / "j/j.csv"
    touch(live, place)
    before = all_files(place)
    place.start()
    run = place.run("j")
    assert run["result"] == "complete" and run["rows"] == 10, run
    return live, before


def check_put_aside(place, touch):
    live, before = between_two_runs(place, touch)
    assert ids(stage.landed.rows_of_csv(live)) == list(range(10))
    after = all_files(place)
    for text in before.values():
        assert text in after.values(), f"{text} is gone: {after}"
    assert "j/j.csv" in place.log(), place.log()
    aside = [path for path in place.data.rglob("*") if path.suffix not in (".csv", ".manifest") and path.is_file()]
    return after, aside


def test_a_live_file_that_was_shortened_is_put_aside(place):
    _, aside = check_put_aside(place, shorten)
    assert len(aside) == 1 and aside[0].stat().st_size == 20, aside


def test_a_live_file_that_was_replaced_is_put_aside(place):
    _, aside = check_put_aside(place, replace)
    assert [path.read_bytes() for path in aside] == [b"somebody else's\n"], aside


def test_a_live_file_that_was_deleted_is_begun_anew(place):
    check_put_aside(place, delete)


def test_a_live_file_that_became_a_link_is_put_aside_and_never_followed(place):
    live, _ = between_two_runs(place, link)
    assert (place.dir / "precious").read_bytes() == b"do not touch\n"
    assert not live.is_symlink() and ids(stage.landed.rows_of_csv(live)) == list(range(10))
    assert "j/j.csv" in place.log()


def test_a_live_file_that_became_a_directory_is_put_aside(place):
    live, _ = between_two_runs(place, make_directory)
    assert live.is_file() and ids(stage.landed.rows_of_csv(live)) == list(range(10))


def test_what_others_appended_is_cut_off_at_the_next_start(place):
    live, _ = between_two_runs(place, lengthen)
    assert ids(place.rows()) == sorted(list(range(10)) * 2) and b"garbage" not in live.read_bytes()


def test_a_live_file_touched_in_the_middle_of_a_run_costs_nothing_else(place):
    """Killed after some rows, the file deleted: the run goes on and lands the rest in a new file."""
    hold = threading.Event()
    server = Server(place, lambda r: (int(r.path[1:]) < 5 or hold.wait(stage.PATIENCE)) and reply({"id": r.path[1:]}))
    place.closers.append(hold.set)
    place.job("j", server.url + "/${id}", params={"id": {"range": [0, 9]}}, workers=2)
    run = place.begin("j")
    stage.until(lambda: place.info(run)["requests"]["landed"] == 5)
    place.stop(9)
    (place.data / "j/j.csv").unlink()
    hold.set()
    place.start()
    done = place.ended(run)
    assert done["result"] == "complete" and ids(place.rows()) == list(range(5, 10)), (done, place.rows())
    assert "j/j.csv" in place.log()


def test_what_others_appended_is_cut_off_before_a_file_is_closed(place):
    job(place, output={"rotate": {"rows": 10}})
    assert place.run("j")["result"] == "complete"
    lengthen(place.data / "j/j.csv", place)
    assert place.run("j")["result"] == "complete" and "somebody else writes to it" in place.log()
    assert ids(place.rows()) == sorted(list(range(10)) * 2) and len(place.files()) == 2, all_files(place)


def test_a_foreign_file_under_the_live_name_is_not_overwritten(place):
    live = place.data / "j/j.csv"
    live.parent.mkdir(parents=True)
    live.write_bytes(b"was here before\n")
    job(place)
    run = place.run("j")
    assert run["result"] == "complete" and ids(stage.landed.rows_of_csv(live)) == list(range(10)), run
    assert b"was here before\n" in all_files(place).values()


@stage.each_engine
def test_a_full_disk_is_waited_for_and_every_row_lands_once(place, engine):
    """A file system of 1 MiB for the data: the run waits, status answers, room is made, it completes."""
    place.small_disk(place.data)
    (place.data / "ballast").write_bytes(b"x" * 900_000)
    job(place, count=60, pad=5000, engine=engine)
    run = place.begin("j")
    stage.until(lambda: "No space left" in place.log())
    stage.until(lambda: place.info(run)["state"] == "paused")
    assert place.ctl("status").returncode == 0
    before = place.info(run)["requests"]["landed"]
    assert before < 60, before
    (place.data / "ballast").unlink()
    done = place.ended(run)
    assert done["result"] == "complete" and done["rows"] == 60 and ids(place.rows()) == list(range(60)), done


@stage.each_engine
def test_a_limit_of_file_size_is_waited_for_until_it_is_raised(place, engine):
    job(place, count=300, pad=5000, engine=engine)
    place.start(under=["prlimit", "--fsize=800000:unlimited"])
    run = place.begin("j")
    stage.until(lambda: place.info(run)["state"] == "paused")
    assert "nothing can be landed there now" in place.log() and place.ctl("status").returncode == 0
    subprocess.run(["prlimit", "--pid", str(place.daemon.pid), "--fsize=unlimited"], check=True)
    done = place.ended(run)
    assert done["result"] == "complete" and done["rows"] == 300 and ids(place.rows()) == list(range(300)), done


def test_a_full_disk_at_the_stop_loses_nothing(place):
    """SIGTERM while it waits: it stops in good order, and goes on when there is room."""
    place.small_disk(place.data)
    (place.data / "ballast").write_bytes(b"x" * 900_000)
    place.settings["shutdown_grace"] = "1s"
    job(place, count=60, pad=5000)
    run = place.begin("j")
    stage.until(lambda: "No space left" in place.log())
    assert place.stop() == 0
    (place.data / "ballast").unlink()
    place.start()
    assert place.ended(run)["result"] == "complete" and ids(place.rows()) == list(range(60))


def test_a_state_directory_that_is_full_is_waited_for_too(place):
    place.small_disk(place.state)
    hold = threading.Event()
    server = Server(place, lambda r: (int(r.path[1:]) < 5 or hold.wait(stage.PATIENCE)) and reply({"id": r.path[1:]}))
    place.closers.append(hold.set)
    place.job("j", server.url + "/${id}", params={"id": {"range": [0, 99]}}, workers=2)
    run = place.begin("j")
    stage.until(lambda: place.info(run)["requests"]["landed"] == 5)
    room = os.statvfs(place.state)
    (place.state / "ballast").write_bytes(b"x" * (room.f_bavail * room.f_bsize))
    hold.set()
    stage.until(lambda: "nothing can be landed now" in place.log() or place.info(run)["state"] == "ended")
    assert place.ctl("status").returncode == 0
    (place.state / "ballast").unlink()
    done = place.ended(run)
    assert done["result"] == "complete" and ids(place.rows()) == list(range(100)), done


stage.play(globals())
