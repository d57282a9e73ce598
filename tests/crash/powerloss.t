#!/usr/bin/env python3
"""Power loss: state and data on an ext4 image whose disk dies in the middle of the reference run, and now
and then again in the recovery; afterwards the run goes on, and every record is there once.

What was not synced is gone: the disk is shut down without a flush of its journal (some points with one),
mounted again and looked at. With data=writeback and without auto_da_alloc ext4 promises no more than
POSIX does; and as any fsync flushes the one journal of a file system, in half of the stories the state has
a disk of its own: directories are then only as durable as they were synced. The moment is a random one, or
that before a random call that changes a file (faults.c). POINTS sets how many losses (default 8; 520 with
FETCHD_LONG), SEED repeats a run.
"""
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import checker
import disk
import faulty
import scene

POINTS = int(os.environ.get("POINTS", 520 if os.environ.get("FETCHD_LONG") else 8))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
CALLS = 1700  # that change a file, in an undisturbed run, more or less
KINDS = {  # name: (disks, mount options, how they are shut down, whether the daemon is stopped before)
    "one-disk": (1, "noauto_da_alloc,data=writeback", disk.NO_LOG_FLUSH, False),
    "two-disks": (2, "noauto_da_alloc,data=writeback", disk.NO_LOG_FLUSH, True),
    "two-ordered-disks": (2, "noauto_da_alloc", disk.NO_LOG_FLUSH, True),
    "one-disk-its-journal-flushed": (1, "", disk.LOG_FLUSH, False),
}


def go_dark(stage, disks, flags, freeze):
    """The disks are gone. A dying ext4 may call a sync done that was not, so nothing may hear of it: with one
    disk nothing can be written after such a lie; with two the daemon does not live to believe it."""
    stage.doubtful = True
    if freeze:
        stage.freeze()
    for store in disks:
        store.lose_power(flags)


def moment(stage, disks, kind, dice):
    """(environment, what tells that the moment has come): so many answers and a while later, or at a call."""
    if KINDS[kind][3] and faulty.is_plain() and dice.random() < 0.6:
        env = {"LD_PRELOAD": str(faulty.LIBRARY), "FAULT_BELOW": str(disks[0].dir.resolve()),
               "FAULT_KIND": "stop", "FAULT_AT": str(dice.randint(1, CALLS))}
        return env, stage.is_stopped
    served, pause, end = dice.randint(0, sum(map(sum, stage.server.pages.values()))), dice.uniform(0, 0.06), []

    def has_come():
        if not end and stage.server.good() >= served:
            end.append(time.monotonic() + pause)
        return end and time.monotonic() > end[0]
    return {}, has_come


def lose(stage, disks, kind, dice):
    """One life that ends in the dark; False when it had ended before."""
    env, has_come = moment(stage, disks, kind, dice)

    def is_dark():
        if not stage.doubtful and has_come():
            go_dark(stage, disks, *KINDS[kind][2:])
        return stage.doubtful
    if stage.life(env, until=is_dark) is None:
        stage.end()
    for store in disks:
        store.remount()
    stage.look()
    return stage.doubtful


def story(disks, kind, dice):
    """(losses, sentences about what is wrong, the scene's directory)."""
    for store in disks:
        store.empty()
        store.remount(KINDS[kind][1])  # the emptiness must outlast a loss of power
    stage, losses = scene.Scene(disk=disks[0].top, state_disk=disks[-1].top), 0
    while losses < 4 and lose(stage, disks, kind, dice):
        losses += 1
        if dice.random() < 0.6:
            break
    wrong = stage.finish() + checker.check(stage.where, stage.server.log, stage.kills)
    if wrong:
        disk.run("cp", "-a", *(store.top for store in disks), stage.where)
    stage.close(keep=bool(wrong))
    return losses, wrong, stage.where


def series(disks, kind, points, dice):
    """Stories until so many losses; the sentences of those that went wrong."""
    losses, told, stories = 0, [], 0
    while losses < points and stories < points * 4 + 8:
        lost, wrong, where = story(disks[:KINDS[kind][0]], kind, dice)
        losses, stories = losses + lost, stories + 1
        told += [f"story {stories}: {sentence}" for sentence in wrong] + ([f"kept in {where}"] if wrong else [])
    if losses < points:
        told.append(f"only {losses} losses in {stories} stories")
    return told


def main():
    try:
        disk.private()
        first = disk.Disk("data-disk")
        disks = [first, disk.Disk("state-disk", beside=first)]
    except disk.Unable as why:
        print(f"1..0 # SKIP {why}")
        return 0
    print(f"# SEED={SEED} POINTS={POINTS}\n1..{len(KINDS)}", flush=True)
    dice, failed = random.Random(SEED), False
    for number, kind in enumerate(KINDS, 1):
        points, began = (POINTS + number - 1) // len(KINDS), time.monotonic()
        told = series(disks, kind, points, dice)
        failed = failed or bool(told)
        print(f"{'not ok' if told else 'ok'} {number} - power-lost-{points}-times-{kind}-every-record-is-there-once")
        print(f"# {time.monotonic() - began:.1f} s")
        for sentence in told:
            print("# " + sentence.replace("\n", "\n# "), flush=True)
    for store in disks:
        store.close()
    return 1 if failed else 0


sys.exit(main())
