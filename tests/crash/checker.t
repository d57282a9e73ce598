#!/usr/bin/env python3
"""The checker is checked: one undisturbed reference run, then damages made by hand, one at a time, each of
which must be told by the sentence that belongs to it."""
import copy
import dataclasses
import os
import pathlib
import re
import shutil
import sqlite3
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import checker
import ledger
import scene
import shelf


class Copy:
    """The finished scene once more, to be damaged."""

    def __init__(self, stage):
        self.where = pathlib.Path(tempfile.mkdtemp(prefix="fetchd-checker."))
        for name in ("data", "state"):
            shutil.copytree(stage.where / name, self.where / name, symlinks=True)
        text = (stage.where / "fetchd.yaml").read_text()
        (self.where / "fetchd.yaml").write_text(text.replace(str(stage.where), str(self.where)))
        self.log, self.kills = copy.deepcopy(stage.server.log), []
        self.data = self.where / "data"
        for row in ledger.read(self.where / "state").outputs:  # copies have inodes of their own
            live = shelf.outputs(self.data)[0][row["path"]].live
            self.sql("UPDATE outputs SET ino = ? WHERE path = ?", live.stat().st_ino, row["path"])

    def sql(self, statement, *values):
        with sqlite3.connect(self.where / "state/fetchd.db") as db:
            db.execute(statement, values)

    def files(self, job):
        return next(output for path, output in shelf.outputs(self.data)[0].items() if path.startswith(job)).files

    def edit(self, path, change):
        """Writes the file anew, in place; the ledger is told of its new size."""
        content = change(path.read_bytes())
        with open(path, "r+b") as file:
            file.truncate(0)
            file.write(content)
        name = str(path.relative_to(self.data))
        self.sql("UPDATE files SET bytes = ? WHERE name = ?", len(content), name)
        self.sql("UPDATE outputs SET offset = ? WHERE path || extension = ?", len(content), name)

    def lines(self, path, change):
        """Edits a file of lines; `change` is given the list of them."""
        def whole(content):
            lines = content.splitlines(keepends=True)
            change(lines)
            return b"".join(lines)
        self.edit(path, whole)

    def close(self):
        shutil.rmtree(self.where)


def page_of(lines, at_least=2):
    """Where the first two rows stand that came on one page."""
    numbers = [int(re.search(rb'"n":(\d+)', line)[1]) for line in lines]
    return next(i for i in range(len(numbers) - 1) if numbers[i] // 10 == numbers[i + 1] // 10)


def swap(lines):
    at = page_of(lines)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]


def swap_pages(lines):
    """The second page of a chain in front of its first."""
    numbers = [int(re.search(rb'"n":(\d+)', line)[1]) for line in lines]
    chain = next(n for n in numbers if any(m // 1000 == n // 1000 and m // 10 > n // 10 for m in numbers)) // 1000
    page = next(n for n in numbers if n // 1000 == chain) // 10
    moved = [line for line, n in zip(lines, numbers) if n // 10 == page]
    for line in moved:
        lines.remove(line)
    lines.extend(moved)


def split_page(stage):
    first, second = stage.files("lines")[:2]
    at, kept = page_of(first.read_bytes().splitlines()), []

    def cut(lines):
        kept.extend(lines[at + 1:])
        del lines[at + 1:]
    stage.lines(first, cut)
    stage.lines(second, lambda lines: lines.__setitem__(slice(0, 0), kept))


def ask_again(stage):
    stage.kills.append(scene.Kill(1, ledger.read(stage.where / "state")))
    stage.log.append(dataclasses.replace(stage.log[5], life=2))


def replace(path):
    other = path.with_name("other")
    shutil.copy(path, other)
    other.rename(path)


DAMAGES = {  # name: (what is done to the copy, a piece of the sentence that must come)
    "a-doubled-row": (lambda s: s.lines(s.files("lines")[0], lambda l: l.append(l[-1])), "more than once"),
    "a-lost-row": (lambda s: s.lines(s.files("lines")[0], lambda l: l.pop()), "1 records lost"),
    "a-lost-row-of-csv": (lambda s: s.edit(s.files("rows")[-1], lambda b: b[:b[:-1].rindex(b"\n") + 1]), "lost"),
    "a-record-never-served": (lambda s: s.lines(s.files("lines")[0], lambda l: l.append(b'{"n":77777777}\n')),
                              "never served"),
    "a-torn-line-of-csv": (lambda s: s.edit(s.files("rows")[0], lambda b: b[:-4]), "the last line is torn"),
    "a-torn-json-line": (lambda s: s.edit(s.files("lines")[-1], lambda b: b[:-4]), "the last line is torn"),
    "half-a-json-line": (lambda s: s.edit(s.files("lines")[0], lambda b: b[:-9] + b"\n"), "not a record"),
    "zeroes-at-the-end": (lambda s: s.edit(s.files("lines")[-1], lambda b: b + bytes(64)), "torn"),
    "zeroes-in-csv": (lambda s: s.edit(s.files("rows")[-1], lambda b: b + bytes(64) + b"\n"), "fields under"),
    "swapped-rows": (lambda s: s.lines(s.files("lines")[0], swap), "do not stand together in their order"),
    "swapped-pages": (lambda s: s.lines(s.files("array")[0], swap_pages), "stands before the page"),
    "a-page-in-two-files": (split_page, "stand in more than one file"),
    "a-number-rounded": (lambda s: s.edit(s.files("lines")[0], lambda b: b.replace(b".10,", b".1,", 1)), "sent was"),
    "white-space-left": (lambda s: s.edit(s.files("lines")[0], lambda b: b.replace(b'":', b'": ', 1)), "not a record"),
    "a-number-rounded-in-csv": (lambda s: s.edit(s.files("rows")[0], lambda b: b.replace(b".10,", b".1,", 1)),
                                "price is '"),
    "an-empty-string-as-null": (lambda s: s.edit(s.files("rows")[0], lambda b: b.replace(b',"",', b",,", 1)),
                                "text is ''"),
    "null-as-an-empty-string": (lambda s: s.edit(s.files("rows")[0], lambda b: re.sub(rb",,", b',"",', b, count=1)),
                                "none is ''"),
    "a-header-lost": (lambda s: s.lines(s.files("rows")[0], lambda l: l.pop(0)), "without a number"),
    "a-file-longer-than-committed": (lambda s: s.sql("UPDATE outputs SET offset = offset - 1"), "bytes, committed are"),
    "wrong-rows-in-the-ledger": (lambda s: s.sql("UPDATE outputs SET rows = rows + 1"), "rows, committed are"),
    "a-file-that-was-replaced": (lambda s: replace(s.files("rows")[-1]), "is not the file that the ledger knows"),
    "a-live-file-missing": (lambda s: s.files("rows")[-1].unlink(), "is missing"),
    "a-closed-file-missing": (lambda s: s.files("rows")[0].unlink(), "is recorded as closed and is not there"),
    "a-closed-file-unrecorded": (lambda s: s.sql("DELETE FROM files WHERE id = 1"), "is not recorded"),
    "wrong-bytes-of-a-closed-file": (lambda s: s.sql("UPDATE files SET bytes = bytes + 1"), "recorded are"),
    "a-birth-name": (lambda s: (s.data / "rows/rows-9.opening").touch(), "was left behind"),
    "a-quarantine": (lambda s: (s.data / "rows/rows.csv.1.quarantine").touch(), "was left behind"),
    "a-foreign-data-file": (lambda s: (s.data / "stray.jsonl").touch(), "no job's output"),
    "wrong-rows-of-a-run": (lambda s: s.sql("UPDATE runs SET rows = rows + 1 WHERE id = 1"), "rows, the server of"),
    "wrong-count-of-landed": (lambda s: s.sql("UPDATE runs SET landed = landed - 1 WHERE id = 2"),
                              "requests landed, the server of"),
    "a-failed-request": (lambda s: s.sql("UPDATE runs SET failed = 1 WHERE id = 2"), "1 failed, the server of 0"),
    "a-run-not-ended": (lambda s: s.sql("UPDATE runs SET state = 'running' WHERE id = 2"), "is running"),
    "a-run-partial": (lambda s: s.sql("UPDATE runs SET result = 'partial' WHERE id = 2"), "is ended, partial"),
    "a-page-never-fetched": (lambda s: s.log.remove(next(one for one in s.log if one.good and one.last)),
                             "the last page of part"),
    "a-committed-page-asked-again": (ask_again, "and asked again in 2"),
    "a-page-fetched-twice": (lambda s: s.log.append(next(one for one in s.log if one.good)), "was served 2 times in life"),
    "no-ledger": (lambda s: shutil.rmtree(s.where / "state"), "cannot be read"),
    "a-ledger-of-rubbish": (lambda s: (s.where / "state/fetchd.db").write_bytes(b"rubbish" * 999), "cannot be read"),
}


def main():
    stage, failed = scene.Scene(), 0
    wrong = stage.finish() + checker.check(stage.where, stage.server.log, stage.kills)
    print(f"{'not ok' if wrong else 'ok'} 1 - an-undisturbed-run-is-right")
    for sentence in wrong:
        print("# " + sentence.replace("\n", "\n# "))
    for number, (name, (damage, piece)) in enumerate([("a-mere-copy", (lambda s: None, None)), *DAMAGES.items()], 2):
        if os.environ.get("ONLY", "") not in name:
            continue
        copied = Copy(stage)
        damage(copied)
        told = checker.check(copied.where, copied.log, copied.kills)
        found = not told if piece is None else any(piece in sentence for sentence in told)
        failed += not found
        print(f"{'ok' if found else 'not ok'} {number} - {name}-is-{'told' if piece else 'right'}")
        if not found:
            print(f"# wanted: {piece}; told: {told}")
        copied.close()
    print(f"1..{len(DAMAGES) + 2}")
    stage.close()
    return 1 if failed or wrong else 0


sys.exit(main())
