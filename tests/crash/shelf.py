"""What stands below data_dir, as any reader sees it: which files belong to an output, in which order, and
the records in them, with strict readers of CSV, JSON lines and JSON of our own.

A reader raises Damaged with a sentence that names the file. Shares no code with fetchd.
"""
import gzip
import json
import os
import pathlib
import re
import subprocess
import zlib

PACKED = (".gz", ".zst")
FORMATS = (".csv", ".jsonl", ".json")
CLOSED = re.compile(r"-(\d{8}T\d{6}Z)-(\d+)(\.(?:csv|jsonl|json)(?:\.gz|\.zst)?)$")


class Damaged(Exception):
    pass


def _gunzip(raw, path):
    """One member, whole, and nothing behind it."""
    member = zlib.decompressobj(wbits=31)
    try:
        content = member.decompress(raw)
    except zlib.error as error:
        raise Damaged(f"{path}: not gzip: {error}") from None
    if not member.eof:
        raise Damaged(f"{path}: the gzip member is cut off")
    if member.unused_data:
        raise Damaged(f"{path}: {len(member.unused_data)} bytes behind the gzip member")
    assert gzip.decompress(raw) == content
    return content


def _unzstd(raw, path):
    done = subprocess.run(["zstd", "-dc"], input=raw, capture_output=True)
    if done.returncode:
        raise Damaged(f"{path}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def content_of(path):
    """The bytes a reader gets, decompressed."""
    raw = path.read_bytes()
    return _gunzip(raw, path) if path.suffix == ".gz" else _unzstd(raw, path) if path.suffix == ".zst" else raw


class Cell(str):
    """A CSV field; `quoted` tells "" from nothing."""
    quoted = False


FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n)')


def parse_csv(text, path):
    """RFC 4180, line ends LF or CRLF: lists of Cells, header first."""
    if text and not text.endswith("\n"):
        raise Damaged(f"{path}: the last line is torn")
    lines, row, at = [], [], 0
    while at < len(text):
        field = FIELD.match(text, at)
        if not field:
            raise Damaged(f"{path}: neither field nor end of line at character {at}: {text[at:at + 40]!r}")
        cell = Cell(field[2] if field[1] is None else field[1].replace('""', '"'))
        cell.quoted = field[1] is not None
        row.append(cell)
        at = field.end()
        if field[3] != ",":
            lines.append(row)
            row = []
    if row or not lines:
        raise Damaged(f"{path}: no header, or no end of the last line")
    for line in lines:
        if len(line) != len(lines[0]):
            raise Damaged(f"{path}: a row of {len(line)} fields under {len(lines[0])} columns")
    return lines


def parse_lines(text, path):
    if text and not text.endswith("\n"):
        raise Damaged(f"{path}: the last line is torn")
    return text.split("\n")[:-1]


def parse_array(text, path):
    """The elements' texts: one compact record a line between the brackets."""
    try:
        whole = json.loads(text)
    except ValueError as error:
        raise Damaged(f"{path}: not JSON: {error}") from None
    if not isinstance(whole, list):
        raise Damaged(f"{path}: not an array")
    lines = [line.strip().rstrip(",") for line in text.strip()[1:-1].split("\n") if line.strip()]
    if not text.endswith("\n]\n"):
        raise Damaged(f"{path}: does not end like an array of ours")
    if len(lines) != len(whole):
        raise Damaged(f"{path}: {len(whole)} records on {len(lines)} lines")
    return lines


def records_of(path):
    """(columns, rows): columns are the header's texts and rows lists of Cells for CSV; else columns is None
    and rows are JSON texts."""
    content = content_of(path)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Damaged(f"{path}: {error}") from None
    if ".csv" in path.suffixes[-2:]:
        header, *rows = parse_csv(text, path)
        return [str(name) for name in header], rows
    return None, (parse_lines if ".jsonl" in path.suffixes[-2:] else parse_array)(text, path)


def is_data(name):
    stem = name.removesuffix(".gz").removesuffix(".zst")
    return stem.endswith(FORMATS)


RUN_DIRECTORY = re.compile(r"^(\d+)$")
ASIDE_DIRECTORY = re.compile(r"^(\d+)\.(partial|suspect|failed|cancelled)$")


class Output:
    """One path in append mode: `files` are the closed ones, oldest first, then the live one if there is."""

    def __init__(self, path):
        self.path, self.closed, self.live = path, [], None

    @property
    def files(self):
        return [path for _, path in sorted(self.closed)] + ([self.live] if self.live else [])


class Snapshots:
    """One path in snapshot mode: directories of the published and of the kept ones by run, and where
    `latest` leads."""

    def __init__(self):
        self.published, self.aside, self.latest = {}, {}, None

    def take(self, path):
        """Whether it is one of a snapshot's names."""
        published, aside = RUN_DIRECTORY.match(path.name), ASIDE_DIRECTORY.match(path.name)
        if path.name == "latest" and path.is_symlink():
            self.latest = os.readlink(path)
        elif published and path.is_dir():
            self.published[int(published[1])] = path
        elif aside and path.is_dir():
            self.aside[int(aside[1])] = path
        else:
            return False
        return True


def looks_like_snapshots(path):
    return any(Snapshots().take(inner) for inner in path.iterdir())


class Shelf:
    """Everything below data_dir: `outputs` and `snapshots` by path, `manifests` of outputs by path, and
    `others`, what is none of these."""

    def __init__(self, data):
        self.data, self.outputs, self.snapshots, self.manifests, self.others = pathlib.Path(data), {}, {}, {}, []
        if self.data.exists():
            self._walk(self.data)

    def _walk(self, directory):
        for path in sorted(directory.iterdir()):
            if path.is_symlink() or not path.is_dir():
                self._file(path)
            elif looks_like_snapshots(path):
                self._snapshots(path)
            elif path.name.startswith("."):
                self.others.append(path)
            else:
                self._walk(path)

    def _snapshots(self, directory):
        found = self.snapshots[str(directory.relative_to(self.data))] = Snapshots()
        self.others += [path for path in sorted(directory.iterdir()) if not found.take(path)]

    def _file(self, path):
        name = str(path.relative_to(self.data))
        if name.endswith(".manifest"):
            self.manifests[name.removesuffix(".manifest")] = path
        elif not is_data(name):
            self.others.append(path)
        else:
            self._data_file(path, name)

    def _data_file(self, path, name):
        closed = CLOSED.search(name)
        stem = name[:closed.start()] if closed else name.removesuffix(path.suffix)
        output = self.outputs.setdefault(stem, Output(stem))
        if closed:
            output.closed.append((int(closed[2]), path))
        elif output.live:
            raise Damaged(f"{path} and {output.live} are both live files of {stem}")
        else:
            output.live = path


def outputs(data):
    """{path: Output} of what stands there in append mode."""
    return Shelf(data).outputs
