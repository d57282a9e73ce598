"""What fetchd says about its files, compared with the files: the ledger's outputs and closed files, the
manifests, and the snapshots with their `_MANIFEST` and `latest`. Part of the checker; `say` takes a sentence.
"""
import hashlib
import json

import shelf

LISTED, LIVE, PUBLISHED = 3, 2, 2  # states as the ledger numbers them
SUFFIX = {"none": "", "gzip": ".gz", "zstd": ".zst"}


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def json_lines(path, say):
    """The documents of a manifest."""
    text = path.read_text(errors="surrogateescape")
    if text and not text.endswith("\n"):
        say(f"{path.name}: its last line is torn")
    try:
        return [json.loads(line) for line in text.splitlines()]
    except ValueError as error:
        say(f"{path.name}: not JSON lines: {error}")
        return []


def live_file(row, live, say):
    """The ledger's row of an output, and the live file of it, if there is one."""
    if live is None:
        if row["phase"] != 0:
            say(f"the live file of {row['path']} is missing")
        return
    if row["phase"] != LIVE:
        say(f"{live.name} is there, the ledger's phase is {row['phase']}")
    size, rows = live.stat().st_size, len(shelf.records_of(live)[1])
    ending = len(b"\n]\n") if live.suffix == ".json" else 0
    if size != row["offset"] + ending:
        say(f"{live.name} has {size} bytes, committed are {row['offset']}")
    if rows != row["rows"]:
        say(f"{live.name} has {rows} rows, committed are {row['rows']}")
    if live.stat().st_ino != row["ino"]:
        say(f"{live.name} is not the file that the ledger knows")


def closed_file(path, row, compress, say):
    """The ledger's row of a closed file or published part."""
    if row is None:
        say(f"{path.name} is not recorded")
        return
    size, rows = path.stat().st_size, len(shelf.records_of(path)[1])
    if (size, rows) != (row["bytes"], row["rows"]):
        say(f"{path.name} has {size} bytes and {rows} rows, recorded are {row['bytes']} and {row['rows']}")
    if not path.name.endswith(SUFFIX[compress]) or (compress == "none" and path.suffix in shelf.PACKED):
        say(f"{path.name} is not packed as {compress}")
    if row["sha256"] != sha256(path.read_bytes()):
        say(f"{path.name} has another sha256 than is recorded")
    if row["state"] != LISTED:
        say(f"{path.name} is not final in the ledger, its state is {row['state']}")


def described(entry, path, say):
    """Whether an entry of a manifest of either kind says the truth about its file."""
    content = path.read_bytes()
    truth = {"file": path.name, "rows": len(shelf.records_of(path)[1]), "bytes": len(content),
             "sha256": sha256(content)}
    for name, value in truth.items():
        if entry.get(name) != value:
            say(f"the manifest says {name} {entry.get(name)!r} of {path.name}, it is {value!r}")


def manifest(path, entries, output, job, runs_of, say):
    """`entries` of "<path>.manifest" against the closed files; `runs_of(file)` is {run: rows}."""
    named, there = [entry.get("file") for entry in entries], [file.name for _, file in sorted(output.closed)]
    if named != there:
        say(f"the manifest of {path} lists {named}, there are {there}")
        return
    for entry, (sequence, file) in zip(entries, sorted(output.closed)):
        described(entry, file, say)
        columns, _ = shelf.records_of(file)
        packed = {".gz": "gzip", ".zst": "zstd"}.get(file.suffix)
        truth = {"runs": runs_of(file), "sequence": sequence, "job": job, "compress": packed,
                 "format": file.name.removesuffix(file.suffix if packed else "").rsplit(".", 1)[1],
                 "raw_bytes": len(shelf.content_of(file)), **({"columns": columns} if columns else {})}
        for name, value in truth.items():
            if entry.get(name) != value:
                say(f"the manifest says {name} {entry.get(name)!r} of {file.name}, it is {value!r}")


def parts_of(directory):
    return sorted(path for path in directory.iterdir() if path.name != "_MANIFEST")


def published(directory, run, rows, say):
    """A published snapshot: nothing but its parts and a true _MANIFEST. `rows` is what it should hold."""
    path = directory / "_MANIFEST"
    if not path.exists():
        say(f"{directory} has no _MANIFEST")
        return
    try:
        document = json.loads(path.read_text())
    except ValueError as error:
        say(f"{path} is not JSON: {error}")
        return
    parts = parts_of(directory)
    names = [f"part-{number:05}" for number in range(1, len(parts) + 1)]
    if [part.name.split(".")[0] for part in parts] != names or not all(shelf.is_data(part.name) for part in parts):
        say(f"{directory} holds {[part.name for part in parts]}")
        return
    entries = document.get("files", [])
    if [entry.get("file") for entry in entries] != [part.name for part in parts]:
        say(f"{path} lists {[entry.get('file') for entry in entries]}, there are {[part.name for part in parts]}")
        return
    for entry, part in zip(entries, parts):
        described(entry, part, say)
    sums = "".join(f"{sha256(part.read_bytes())}  {part.name}\n" for part in parts)
    truth = {"run": run["id"], "job": run["job"], "result": "complete", "failed": 0, "rows": rows,
             "bytes": sum(part.stat().st_size for part in parts), "requests": run["total"],
             "sha256": sha256(sums.encode())}
    for name, value in truth.items():
        if document.get(name) != value:
            say(f"{path} says {name} {document.get(name)!r}, it is {value!r}")


def latest(path, found, say):
    """`latest` leads to the newest published one, by a relative link."""
    newest = str(max(found.published)) if found.published else None
    if found.latest != newest:
        say(f"{path}/latest leads to {found.latest}, the newest is {newest}")
    for run, directory in found.aside.items():
        say(f"{directory.name} of {path} was kept aside, though run {run} is complete")


def snapshot_rows(rows, path, found, say):
    """The ledger's rows of the snapshots of a path."""
    told = {row["run"]: row for row in rows}
    for run in sorted({*told, *found.published}):
        row = told.get(run)
        if row is None or run not in found.published:
            say(f"snapshot {run} of {path} is {'not recorded' if row is None else 'recorded and not there'}")
        elif row["state"] != PUBLISHED:
            say(f"snapshot {run} of {path} is not published in the ledger, its state is {row['state']}")
