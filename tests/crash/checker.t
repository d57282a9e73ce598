#!/usr/bin/env python3
"""The checker is checked: one undisturbed reference run, then damages made by hand, one at a time, each of
which must be told by the sentence that belongs to it."""
import copy
import dataclasses
import gzip
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
        for path, output in shelf.outputs(self.data).items():  # copies have inodes of their own
            if output.live:
                self.sql("UPDATE outputs SET ino = ? WHERE path = ?", output.live.stat().st_ino, path)

    def sql(self, statement, *values):
        with sqlite3.connect(self.where / "state/fetchd.db") as db:
            db.execute(statement, values)

    def files(self, job):
        """All data files of a job's first output."""
        found = shelf.Shelf(self.data)
        for path, output in sorted(found.outputs.items()):
            if path.startswith(job):
                return output.files
        path, snapshots = next((path, one) for path, one in found.snapshots.items() if path.startswith(job))
        return [part for _, run in sorted(snapshots.published.items()) for part in sorted(run.glob("part-*"))]

    def manifest(self, job):
        return next(path for stem, path in sorted(shelf.Shelf(self.data).manifests.items()) if stem.startswith(job))

    def published(self):
        """The directory of the first snapshot."""
        return self.files("array")[0].parent

    def edit(self, path, change):
        """Writes the file anew, in place, packed as it was; the ledger is told of its new size."""
        content = change(shelf.content_of(path))
        content = gzip.compress(content) if path.suffix == ".gz" else content
        self.put(path, content)

    def put(self, path, content):
        with open(path, "r+b") as file:
            file.truncate(0)
            file.write(content)
        name, ending = str(path.relative_to(self.data)), 3 if path.suffix == ".json" else 0
        self.sql("UPDATE files SET bytes = ? WHERE name = ?", len(content), name)
        self.sql("UPDATE outputs SET offset = ? WHERE path || extension = ?", len(content) - ending, name)

    def lines(self, path, change):
        """Edits a file of records; `change` is given the list of them, with their line ends."""
        def whole(content):
            lines = content.splitlines(keepends=True)
            change(lines)
            return b"".join(lines)

        def array(content):
            lines = content[2:-3].split(b",\n")
            change(lines)
            return b"[\n" + b",\n".join(lines) + b"\n]\n"
        self.edit(path, array if path.suffix == ".json" else whole)

    def text(self, path, old, new):
        """Edits a manifest; the first of `old` becomes `new`."""
        text = path.read_text()
        assert re.search(old, text), f"{old} is not in {text}"
        path.write_text(re.sub(old, new, text, count=1))

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


def unpack(stage, path):
    """As it was before it was packed; the ledger knows it so."""
    plain = path.with_suffix("")
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    path.unlink()
    stage.sql("UPDATE files SET name = ?, bytes = ? WHERE name = ?", str(plain.relative_to(stage.data)),
              plain.stat().st_size, str(path.relative_to(stage.data)))


def relink(directory, target):
    (directory / "latest").unlink()
    (directory / "latest").symlink_to(target)


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
    "records-out-of-the-order-asked-for": (lambda s: s.lines(s.files("lines")[0], lambda l: l.insert(0, l.pop())),
                                           "in the order they were requested in"),
    "a-torn-array": (lambda s: s.edit(s.files("split")[-1], lambda b: b[:-9]), "not JSON"),
    "an-array-without-its-end": (lambda s: s.edit(s.files("split")[-1], lambda b: b[:-1]), "does not end like"),
    "a-comma-too-many": (lambda s: s.edit(s.files("array")[0], lambda b: b.replace(b"\n]", b",\n]")), "not JSON"),
    "a-cut-gzip-member": (lambda s: s.put(s.files("rows")[0], s.files("rows")[0].read_bytes()[:-3]), "is cut off"),
    "a-gzip-file-of-rubbish": (lambda s: s.put(s.files("rows")[0], b"rubbish" * 99), "not gzip"),
    "two-gzip-members": (lambda s: s.put(s.files("rows")[0], s.files("rows")[0].read_bytes() * 2),
                         "behind the gzip member"),
    "a-cut-zstd-frame": (lambda s: s.put(s.files("split")[0], s.files("split")[0].read_bytes()[:-3]), ".zst: "),
    "a-closed-file-not-packed": (lambda s: unpack(s, s.files("rows")[0]), "is not packed as gzip"),
    "an-original-beside-its-copy": (lambda s: (s.data / "rows/rows-20261123T060000Z-1.csv.closed").touch(),
                                    "was left behind"),
    "a-temporary-of-the-packer": (lambda s: (s.data / "rows/rows-1.csv.gz.packing").touch(), "was left behind"),
    "a-wrong-sum-in-the-ledger": (lambda s: s.sql("UPDATE files SET sha256 = 'a' WHERE id = 1"), "another sha256"),
    "a-file-not-final-in-the-ledger": (lambda s: s.sql("UPDATE files SET state = 0 WHERE id = 1"), "is not final"),
    "a-wrong-sum-in-a-manifest": (lambda s: s.text(s.manifest("rows"), r'"sha256": ?"..', '"sha256":"zz'), "says sha256"),
    "wrong-rows-in-a-manifest": (lambda s: s.text(s.manifest("lines"), r'"rows": ?(\d)', r'"rows": 9\1'), "says rows"),
    "wrong-runs-in-a-manifest": (lambda s: s.text(s.manifest("lines"), r'"runs":{"\d+', '"runs":{"77'), "says runs"),
    "wrong-columns-in-a-manifest": (lambda s: s.text(s.manifest("rows"), r'"price"', '"prize"'), "says columns"),
    "a-line-lost-from-a-manifest": (lambda s: s.text(s.manifest("lines"), r"^.*\n", ""), "lists"),
    "a-line-twice-in-a-manifest": (lambda s: s.text(s.manifest("lines"), r"^(.*\n)", r"\1\1"), "lists"),
    "a-torn-manifest": (lambda s: s.text(s.manifest("lines"), r"\n\Z", ""), "its last line is torn"),
    "no-manifest": (lambda s: s.manifest("lines").unlink(), "lists []"),
    "a-stale-latest": (lambda s: relink(s.published().parent, s.published().name), "the newest is"),
    "no-latest": (lambda s: (s.published().parent / "latest").unlink(), "leads to None"),
    "an-absolute-latest": (lambda s: relink(s.published().parent, str(s.published())), "the newest is"),
    "a-staging-directory": (lambda s: (s.published().parent / ".99.staging").mkdir(), "was left behind"),
    "a-snapshot-kept-aside": (lambda s: s.published().rename(str(s.published()) + ".partial"), "was kept aside"),
    "a-snapshot-missing": (lambda s: shutil.rmtree(s.published()), "is not published"),
    "a-snapshot-without-its-manifest": (lambda s: (s.published() / "_MANIFEST").unlink(), "has no _MANIFEST"),
    "wrong-rows-in-a-snapshot": (lambda s: s.text(s.published() / "_MANIFEST", r'"rows": ?(\d)', r'"rows": 9\1'), "says rows"),
    "a-wrong-sum-in-a-snapshot": (lambda s: s.text(s.published() / "_MANIFEST", r'"sha256": ?"..', '"sha256":"zz'),
                                  "says sha256"),
    "a-part-missing": (lambda s: s.files("array")[1].unlink(), "records lost"),
    "a-part-unfinished": (lambda s: s.files("array")[0].rename(str(s.files("array")[0]) + ".part"), " holds "),
    "something-else-in-a-snapshot": (lambda s: (s.published() / "note.txt").touch(), "note.txt"),
    "a-snapshot-unrecorded": (lambda s: s.sql("DELETE FROM snapshots"), "is not recorded"),
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
