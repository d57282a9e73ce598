#!/usr/bin/env python3
"""Damaged states: the reference run is killed or stopped midway, something below state_dir or data_dir is
damaged, and fetchd starts again. It never crashes and never succeeds in silence: either everything is
right in the end, or a sentence names what was damaged, and what had landed elsewhere is still there. A
start that is refused changes no data file; after --recover it starts, and every file that a manifest
vouches for is as it was.

Each kind of damage is one test. STATES sets how many states in all (default 48; 1,040 with FETCHD_LONG), SEED
repeats a run, ONLY plays the kinds whose name holds it.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import checker
import ledger
import scene
import shelf

STATES = int(os.environ.get("STATES", 1040 if os.environ.get("FETCHD_LONG") else 48))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
AT_ONCE = 3
ENOUGH = 25  # seconds of a life that does not end: it says why and waits, or it hangs
DB = "fetchd.db"
LEDGER = [DB, "is not ours"]  # a ledger of the past is told by the files that it does not know


# Damages. Each is given the scene and dice, and returns pieces of which the sentence must hold one; None when
# there is nothing of the kind to be damaged in this state.

def flip(path, dice, times):
    content = bytearray(path.read_bytes())
    if not content:
        return False
    for _ in range(times):
        content[dice.randrange(len(content))] ^= dice.randint(1, 255)
    with open(path, "r+b") as file:
        file.write(content)
    return True


def in_state(name, change):
    def damage(stage, dice):
        path = stage.state / name
        return LEDGER if path.exists() and change(path, dice) is not False else None
    return damage


def cut(path, dice):
    size = path.stat().st_size
    if size == 0:
        return False
    os.truncate(path, dice.randrange(size))


def zero_page(path, dice):
    pages = path.stat().st_size // 4096
    if pages == 0:
        return False
    with open(path, "r+b") as file:
        file.seek(dice.randrange(pages) * 4096)
        file.write(bytes(4096))


def rubbish(path, dice):
    path.write_bytes(dice.randbytes(dice.randrange(1, 99999)))


def append(path, dice):
    with open(path, "ab") as file:
        file.write(dice.randbytes(dice.randrange(1, 9999)))


def newer_schema(path, dice):
    with open(path, "r+b") as file:
        file.seek(60)
        file.write((77).to_bytes(4, "big"))
    path.with_name(DB + "-wal").unlink(missing_ok=True)  # it may hold that page


def unfinished(stage):
    """The outputs to which more is going to be written; at the others fetchd need not look."""
    book = ledger.read(stage.state)
    done = {job for job in stage.jobs if book and [run["state"] for run in book.runs_of(job)] == ["ended"] * 2}
    return [output for output in shelf.outputs(stage.data).values() if output.path.split("/")[0] not in done]


def lives(stage):
    return [output.live for output in unfinished(stage) if output.live]


def names_of(stage, path):
    return [f"{path.parent.relative_to(stage.data)}/"]


def in_data(find, change):
    def damage(stage, dice):
        found = find(stage)
        if not found:
            return None
        path = dice.choice(found)
        return names_of(stage, path) if change(path, dice) is not False else None
    return damage


def copy_over(path, dice):
    """The same content in another file, as an editor or `sed -i` leaves it."""
    other = path.with_name("other")
    shutil.copy(path, other)
    other.rename(path)


def foreign(path, dice):
    other = path.with_name("other")
    other.write_bytes(b"somebody's\n" * dice.randrange(1, 999))
    other.rename(path)


def link_away(path, dice):
    """To a file outside that nobody may write to."""
    outside = path.parents[2] / "outside"
    outside.write_bytes(b"not yours\n" * 99)
    path.unlink()
    path.symlink_to(outside)


def link_to_itself(path, dice):
    """Moved elsewhere, with a link in its place: a tidy administrator."""
    moved = path.parents[2] / "moved"
    path.rename(moved)
    path.symlink_to(moved)


def directory_instead(path, dice):
    path.unlink()
    path.mkdir()


def no_directory(stage, dice):
    found = lives(stage)
    if not found:
        return None
    path = dice.choice(found)
    shutil.rmtree(path.parent)
    return names_of(stage, path)


def no_data_dir(stage, dice):
    if not lives(stage):
        return None
    shutil.rmtree(stage.data)
    return ["/"]


def unlink(path, dice):
    path.unlink()


def manifests(stage):
    """Those that are going to be written to."""
    found = shelf.Shelf(stage.data).manifests
    return [found[path] for path in found if path in {output.path for output in unfinished(stage)}]


def waiting(stage):
    """Closed files that wait to be packed."""
    return [path for path in shelf.Shelf(stage.data).others if path.suffix == ".closed"]


def listed(stage):
    """{file: its bytes} of what a manifest of either kind vouches for."""
    found = {}
    for path in sorted(stage.data.rglob("*")) if stage.data.exists() else []:
        if path.name == "_MANIFEST" or path.suffix == ".manifest":
            for file, entry in entries_of(path):
                if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == entry.get("sha256"):
                    found[file] = file.read_bytes()
    return found


def entries_of(path):
    """(file, entry) of every entry of a manifest that can be read."""
    text = path.read_text(errors="replace")
    for line in [text] if path.name == "_MANIFEST" else text.splitlines():
        try:
            document = json.loads(line)
            for entry in document["files"] if path.name == "_MANIFEST" else [document]:
                yield path.parent / entry["file"], entry
        except (ValueError, KeyError, TypeError):
            continue


DAMAGES = {
    "a-flipped-byte-in-the-ledger": in_state(DB, lambda path, dice: flip(path, dice, 1)),
    "flipped-bytes-in-the-ledger": in_state(DB, lambda path, dice: flip(path, dice, dice.randint(2, 300))),
    "a-zeroed-page-of-the-ledger": in_state(DB, zero_page),
    "a-ledger-cut-short": in_state(DB, cut),
    "a-ledger-with-more-behind-it": in_state(DB, append),
    "a-ledger-of-rubbish": in_state(DB, rubbish),
    "an-empty-ledger": in_state(DB, lambda path, dice: os.truncate(path, 0)),
    "a-ledger-of-a-newer-version": in_state(DB, newer_schema),
    "no-ledger": in_state(DB, unlink),
    "a-flipped-byte-in-the-log": in_state(DB + "-wal", lambda path, dice: flip(path, dice, 1)),
    "a-log-cut-short": in_state(DB + "-wal", cut),
    "a-log-with-more-behind-it": in_state(DB + "-wal", append),
    "no-log": in_state(DB + "-wal", unlink),
    "rubbish-as-shared-memory": in_state(DB + "-shm", rubbish),
    "a-live-file-cut-short": in_data(lives, cut),
    "a-live-file-with-more-behind-it": in_data(lives, append),
    "a-live-file-replaced-by-its-copy": in_data(lives, copy_over),
    "a-live-file-replaced-by-a-foreign-one": in_data(lives, foreign),
    "a-live-file-replaced-by-a-link": in_data(lives, link_away),
    "a-live-file-moved-behind-a-link": in_data(lives, link_to_itself),
    "a-live-file-replaced-by-a-directory": in_data(lives, directory_instead),
    "no-live-file": in_data(lives, unlink),
    "a-manifest-cut-short": in_data(manifests, cut),
    "a-manifest-with-more-behind-it": in_data(manifests, append),
    "no-manifest": in_data(manifests, unlink),
    "a-waiting-file-cut-short": in_data(waiting, cut),
    "no-waiting-file": in_data(waiting, unlink),
    "no-directory-of-an-output": no_directory,
    "no-data-dir": no_data_dir,
}


# What must be so afterwards.

def inventory(data):
    """{path: its bytes} of everything below data_dir."""
    return {str(path): path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file()}


def landed(stage, book):
    """{file: committed numbers in it}, as the ledger says; {} when there is no ledger."""
    found = {}
    outputs = shelf.outputs(stage.data) if book else {}
    offsets = {row["path"]: row["offset"] for row in book.outputs} if book else {}
    for path, output in outputs.items():
        for file in output.files:
            content = bytes_of(file)[:offsets.get(path, 0) if file == output.live else None]
            found[file] = numbers(content)
    return found


def numbers(content):
    """All record numbers in the bytes of a file of any format, torn or not."""
    return set(re.findall(rb'(?:^|\n)(?:\{"n":)?(\d{7,}),', content))


def bytes_of(path):
    """What is in a file, unpacked if it can be."""
    try:
        return shelf.content_of(path)
    except shelf.Damaged:
        return path.read_bytes()


def still_there(stage):
    """All record numbers below data_dir, quarantine included."""
    return set().union(*(numbers(bytes_of(path)) for path in stage.data.rglob("*") if path.is_file()))


def judged(stage):
    """The checker's sentences, with whatever it stumbles over."""
    try:
        return stage.wrong + checker.check(stage.where, stage.server.log, stage.kills)
    except (OSError, ValueError, KeyError) as error:
        return [f"the checker cannot read it: {type(error).__name__}: {error}"]


def is_told(stage, mark, names):
    """Whether the log since then, or a run's reason, names one of these."""
    text = stage.log()[mark:]
    book = ledger.read(stage.state)
    reasons = " ".join(run["reason"] or "" for run in book.runs) if book else ""
    return any(name in text or name in reasons for name in names)


def aftermath(stage, mark, names, before, files):
    """Starts it again; the sentences about what is wrong."""
    deadline = time.monotonic() + ENOUGH
    status = stage.life(until=lambda: time.monotonic() > deadline)
    waited = status is None
    if waited:
        for _ in range(2):
            stage.daemon.terminate()
            time.sleep(0.2)
        status = stage.end(signal.SIGTERM)
    told = is_told(stage, mark, names)
    if status < 0:
        return [f"the daemon was killed by signal {-status}"]
    if status != 0 or waited:
        wrong = [] if told else ["it was refused, or waits, without naming what is damaged"]
        if status != 0 and inventory(stage.data) != files:
            wrong.append("the start was refused and data files have changed")
        return wrong + (recovered(stage) if status != 0 and "newer fetchd" not in stage.log()[mark:] else [])
    wrong = judged(stage)
    if not told:
        return [f"in silence: {sentence}" for sentence in wrong if "manifest" not in sentence or names is LEDGER]
    lost = set().union(*before.values()) - still_there(stage) if before else set()
    return [f"{len(lost)} rows that had landed elsewhere are gone"] if lost else []


def recovered(stage):
    """What --recover makes of it."""
    vouched, mark = listed(stage), len(stage.log())
    status = stage.tool("--recover")
    if status not in (0, 1):
        return [f"--recover ended with {status}: {stage.log()[mark:]}"]
    wrong = [f"--recover has changed {file.name}, which a manifest vouches for"
             for file, content in vouched.items() if not file.is_file() or file.read_bytes() != content]
    status = stage.answers()
    return wrong + ([f"after --recover the daemon ended with {status}: {stage.log()[mark:]}"] if status else [])


def play(kind, seed):
    """One damaged state: (True when there was something to damage, what is wrong, where it is kept)."""
    dice = random.Random(seed)
    stage = scene.Scene()
    served = dice.randint(10, 130)
    if stage.life(until=lambda: stage.server.good() > served) is None:
        stage.end(signal.SIGTERM if dice.random() < 0.25 else signal.SIGKILL)
    stage.kills.clear()  # what was committed may be gone, and must be asked again then
    before = landed(stage, ledger.read(stage.state))
    names, mark = DAMAGES[kind](stage, dice), len(stage.log())
    before = {file: there for file, there in before.items() if file.is_file() and not file.is_symlink()
              and (names is None or not (names is not LEDGER and any(name in str(file) for name in names)))}
    outside = stage.data.parent / "outside"
    wrong = aftermath(stage, mark, names, before, inventory(stage.data)) if names else []
    if outside.exists() and outside.read_bytes() != b"not yours\n" * 99:
        wrong.append("the file behind the link was written to")
    if wrong:
        wrong += [f"seed {seed}; kept in {stage.where}; the log: {stage.log()[mark:][-900:]}"]
    stage.close(keep=bool(wrong))
    return bool(names), wrong


def main():
    dice = random.Random(SEED)
    kinds = [kind for kind in DAMAGES if os.environ.get("ONLY", "") in kind]
    each, failed = -(-STATES // len(DAMAGES)), 0
    print(f"# SEED={SEED} STATES={STATES}\n1..{len(kinds)}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for number, kind in enumerate(kinds, 1):
            states, damaged = [], 0
            while damaged < each and len(states) < each * 8:
                seeds = [dice.randrange(1 << 32) for _ in range(each - damaged)]
                states += pool.map(lambda seed: play(kind, seed), seeds)
                damaged = sum(there for there, _ in states)
            bad = [wrong for _, wrong in states if wrong]
            good = not bad and damaged == each
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - {kind}-is-no-silent-success")
            print(f"# {damaged} damaged states of {len(states)}, {len(bad)} failed")
            for sentence in (sentence for wrong in bad[:5] for sentence in wrong[:6] + wrong[6:][-1:]):
                print("# " + sentence.replace("\n", "\n# "), flush=True)
    return 1 if failed else 0


sys.exit(main())
