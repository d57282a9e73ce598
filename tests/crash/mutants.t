#!/usr/bin/env python3
"""The commit, broken on purpose: each mutant is one small change to a copy of the built tree, and the test
named for it must fail. A change that does not apply any more is a failure too: the table is out of date.

Only with FETCHD_LONG, as each takes a build and a test. ONLY, an expression, says which.
"""
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("top_builddir", ".")).resolve()
SEED = os.environ.get("SEED", "20261123")
PATIENCE = 900


@dataclasses.dataclass
class Mutant:
    name: str
    file: str
    edits: list   # (text that stands there once, what takes its place)
    test: str     # the test that must fail
    group: str = ""  # of its groups of points, the ones that matter


SWEEP, ERRORS, ORDER = "tests/crash/sweep.t", "tests/crash/errors.t", "tests/crash/order.t"

MUTANTS = [
    Mutant("what-was-not-committed-is-not-cut-off", "src/data/outfile_recover.c",
           [("	if (ftruncate(fd, length) < 0 || lseek", "	if (length < 0 || lseek")], SWEEP),
    Mutant("what-was-cut-off-is-not-synced", "src/data/outfile_recover.c",
           [("	return code == 0 && fsync(fd) < 0 ? -errno : code;", "	return code;")], ORDER),
    Mutant("data-is-not-synced", "src/data/outfile_append.c",
           [("if (fdatasync(out->fd) < 0) {", "if (out->fd < 0) {")], ORDER),
    Mutant("the-commit-comes-before-the-write", "src/run/lander_batch.c",
           [("	int rc = sync_gathered(lander, err);\n\n	items = well_ones", "	int rc = 0;\n\n	items = well_ones"),
            ("	rc = db_commit(lander->db, err);\n",
             "	rc = db_commit(lander->db, err);\n	if (rc == 0)\n		rc = sync_gathered(lander, err);\n")], SWEEP),
    Mutant("directories-are-not-synced", "src/io/file.c",
           [("return fsync(dir_fd) < 0 ?", "return dir_fd < 0 ?")], ORDER),
    Mutant("the-ledger-is-not-synced", "src/store/db.c",
           [("PRAGMA synchronous = FULL;", "PRAGMA synchronous = NORMAL;")], ORDER),
    Mutant("a-file-is-renamed-before-the-intent", "src/run/output_close.c",
           [("	rc = output_commit_as(output, db, OUTFILE_CLOSING, output->closed_name, err);\n	if (rc < 0)\n"
             "		return rc;\n	rc = outfile_close(output->file, output->closed_name, err);\n",
             "	rc = outfile_close(output->file, output->closed_name, err);\n	if (rc == 0)\n"
             "		rc = output_commit_as(output, db, OUTFILE_CLOSING, output->closed_name, err);\n")], ORDER),
    Mutant("a-file-is-created-before-the-intent", "src/run/output_rows.c",
           [("int rc = commit_opening(output, db, err);", "int rc = db ? 0 : commit_opening(output, db, err);")], ORDER),
    Mutant("the-birth-name-is-removed-before-the-commit", "src/data/outfile.c",
           [("	out->state.phase = OUTFILE_LIVE;\n	out->state.offset = len;",
             "	if ((dir = shelf_open(out->root, out->path, false, out->mode, NULL)) >= 0)\n"
             "		outfile_drop_birth(out, dir);\n"
             "	out->state.phase = OUTFILE_LIVE;\n	out->state.offset = len;")], ORDER),
    Mutant("a-short-write-is-taken-for-a-whole-one", "src/io/file.c",
           [("			left -= (size_t)wrote;", "			left = 0;")], ERRORS, "short"),
    Mutant("an-interrupted-write-is-taken-for-a-whole-one", "src/io/file.c",
           [("} else if (errno != EINTR) {", "} else if (errno == EINTR) {\n			left = 0;\n		} else {")],
           ERRORS, "interrupted-writes"),
    Mutant("a-failed-sync-is-ignored", "src/data/outfile_append.c",
           [("if (fdatasync(out->fd) < 0) {", "if (fdatasync(out->fd) < 0 && out->fd < 0) {")],
           ERRORS, "a-sync-of-data"),
    Mutant("a-failed-sync-is-tried-again", "src/data/outfile_append.c",
           [("if (fdatasync(out->fd) < 0) {", "if (fdatasync(out->fd) < 0 && fdatasync(out->fd) < 0) {")],
           ERRORS, "a-sync-of-data"),
    Mutant("the-offset-is-one-too-small", "src/run/output_close.c",
           [("record.offset = state.offset;", "record.offset = state.offset - (as == OUTFILE_LIVE);")], SWEEP),
    Mutant("the-offset-is-one-too-large", "src/run/output_close.c",
           [("record.offset = state.offset;", "record.offset = state.offset + (as == OUTFILE_LIVE);")], SWEEP),
    Mutant("a-restart-forgets-the-pages", "src/run/seed.c",
           [("		*code = ledger_each_chain(db, id, take_chain, seed, err);",
             "		*code = seed->done ? 0 : ledger_each_chain(db, id, take_chain, seed, err);")], SWEEP),
    Mutant("a-restart-forgets-the-finished-requests", "src/run/seed.c",
           [("		*code = ledger_load(db, id, seed->done, err);",
             "		*code = seed->done ? 0 : ledger_load(db, id, seed->done, err);")], SWEEP),
    Mutant("what-landed-before-an-error-lands-again", "src/run/lander_wait.c",
           [("		if (items.at[i]->code != 0)\n", "		if (items.at[i]->code != 1)\n")],
           "tests/unit/run/lander_test"),
    Mutant("what-was-written-before-an-error-stays", "src/data/outfile.c",
           [("	out->state.offset = out->committed;\n", "")], "tests/unit/run/output_test"),
    Mutant("a-packed-copy-is-not-synced", "src/data/pack.c",
           [("if (code == 0 && fdatasync(packing->copy) < 0)", "if (code == 0 && packing->copy < 0)")], ORDER),
    Mutant("the-original-goes-before-the-commit", "src/run/closed.c",
           [("		if (rc == 0 && record->state == FILE_NAMING)\n			rc = list(",
             "		if (rc == 0 && record->state == FILE_NAMING)\n"
             "			rc = pack_remove(lander->place.root, record->source, err);\n"
             "		if (rc == 0 && record->state == FILE_NAMING)\n			rc = list(")], ORDER),
    Mutant("a-packed-file-is-listed-before-it-has-its-name", "src/run/closed.c",
           [("		rc = name(lander, record, err);\n		if (rc == 0 && record->state == FILE_NAMING)\n"
             "			rc = list(lander, record, err);",
             "		rc = list(lander, record, err);\n		if (rc == 0)\n			rc = name(lander, record, err);")],
           SWEEP, "rename"),
    Mutant("a-line-of-the-manifest-is-written-again", "src/data/manifest_write.c",
           [("	if (fstat(fd, &st) < 0 ||\n	    ((uint64_t)st.st_size > bytes && ftruncate(fd, (off_t)bytes) < 0) ||\n"
             "	    lseek(fd, (off_t)bytes, SEEK_SET) < 0)",
             "	if (fstat(fd, &st) < 0 || lseek(fd, 0, SEEK_END) < 0)")], SWEEP, "manifest"),
    Mutant("the-manifest-is-not-synced", "src/data/manifest_write.c",
           [("return code == 0 && fdatasync(fd) < 0 ? -errno : code;", "return code;")], ORDER),
    Mutant("a-manifest-is-begun-before-the-intent", "src/run/closed_manifest.c",
           [("	int rc = commit_bytes(lander, path, MANIFEST_ANEW, err);", "	int rc = 0;")],
           "tests/unit/run/closed_test"),
    Mutant("a-snapshot-is-published-before-the-intent", "src/run/publish.c",
           [("	publish_sum(lander, record);\n	return put(lander, record, err);",
             "	publish_sum(lander, record);\n	return 0;")], SWEEP, "snapshot"),
    Mutant("a-snapshot-is-published-before-its-manifest-is-on-the-disk", "src/data/snapshot.c",
           [("if (code == 0 && fsync(fd) < 0)", "if (code == 0 && fd < 0)")], ORDER),
    Mutant("a-snapshot-is-published-before-its-directory-is-on-the-disk", "src/data/snapshot.c",
           [("		code = file_sync_dir(staging, NULL);", "		code = 0;")], ORDER),
    Mutant("latest-is-switched-before-the-snapshot-is-published", "src/run/publish.c",
           [("		rc = snapshot_publish(&snapshot, manifest, err);\n	if (rc == 0)\n"
             "		rc = lead_here(lander, record, &snapshot, err);",
             "		rc = lead_here(lander, record, &snapshot, err);\n	if (rc == 0)\n"
             "		rc = snapshot_publish(&snapshot, manifest, err);")], SWEEP, "snapshot"),
    Mutant("a-cut-copy-is-taken-for-a-whole-one", "src/data/pack.c",
           [("if (code != 1 || expanded != packing->order->bytes)", "if (expanded > packing->order->bytes)")],
           "tests/unit/data/pack_test"),
    Mutant("a-cut-gzip-body-is-taken-for-a-whole-one", "src/fetch/decode.c",
           [("			return cut_short(err);\n		} else if", "			return OUTCOME_OK;\n		} else if")],
           "tests/unit/fetch/decode_test"),
]


def run(copy, test, group="", build=("src/fetchd/fetchd",)):
    """(whether it could be built, the exit status of the test, what it said)."""
    targets = [*build, "tests/crash/faults.so"] if test.startswith("tests/crash") else [test]
    made = subprocess.run(["make", "-s", "-j2", "-C", str(copy), *targets], capture_output=True, text=True)
    if made.returncode:
        return False, 0, made.stdout + made.stderr
    done = subprocess.run([str(copy / test)], cwd=copy, capture_output=True, text=True, timeout=PATIENCE,
                          env={**os.environ, "top_builddir": str(copy), "top_srcdir": str(copy), "SEED": SEED,
                               "GROUP": group, "FETCHD_LONG": "", "FIRST": "1", "TIMES": "2", "PATIENCE": "20", "TMPDIR": str(copy / "tmp")})
    shutil.rmtree(copy / "tmp")
    (copy / "tmp").mkdir()
    return True, done.returncode, done.stdout + done.stderr


def play(copy, mutant):
    """(whether it was caught, what there is to say)."""
    path = copy / mutant.file
    original = text = path.read_text()
    for old, new in mutant.edits:
        if text.count(old) != 1:
            return False, f"does not apply to {mutant.file}: {text.count(old)} times {old!r}"
        text = text.replace(old, new)
    path.write_text(text)
    try:
        built, status, said = run(copy, mutant.test, mutant.group)
    finally:
        path.write_text(original)
    if not built:
        return False, "cannot be built:\n" + said[-1500:]
    failed = [line for line in said.splitlines() if line.startswith("not ok")]
    return bool(status and failed), "\n".join(failed[:3]) or said[-1500:]


def copied(where):
    """The tree as it was built; what a test leaves behind stays behind."""
    copy = where / "tree"
    shutil.copytree(TOP, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", "build", "*.log", "*.trs"))
    (copy / "tmp").mkdir(exist_ok=True)
    return copy


def main():
    if not os.environ.get("FETCHD_LONG"):
        print("1..0 # SKIP only with FETCHD_LONG")
        return 0
    chosen = [mutant for mutant in MUTANTS if re.search(os.environ.get("ONLY", ""), mutant.name)]
    number = failed = 0
    with tempfile.TemporaryDirectory(prefix="fetchd-mutants.") as where:
        copy = copied(pathlib.Path(where))
        for test, group in sorted({(mutant.test, mutant.group) for mutant in chosen}):
            built, status, said = run(copy, test, group)
            number += 1
            failed += not built or status != 0
            print(f"{'ok' if built and status == 0 else 'not ok'} {number} - the-code-as-it-is-passes-{test}"
                  f"{'-' + group if group else ''}", flush=True)
            if status or not built:
                print("# " + said[-1500:].replace("\n", "\n# "))
        for mutant in chosen:
            caught, said = play(copy, mutant)
            number += 1
            failed += not caught
            print(f"{'ok' if caught else 'not ok'} {number} - {mutant.name}-is-caught-by-{mutant.test}", flush=True)
            print("# " + said.replace("\n", "\n# "), flush=True)
    print(f"1..{number}")
    return 1 if failed else 0


sys.exit(main())
