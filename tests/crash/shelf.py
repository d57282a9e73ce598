"""What stands below data_dir, as any reader sees it: which files belong to an output, in which order, and
the records in them, with strict readers of CSV, JSON lines and JSON of our own.

A reader raises Damaged with a sentence that names the file. Shares no code with fetchd.
"""
import gzip
import json
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


class Output:
    """One path in append mode: `files` are the closed ones, oldest first, then the live one if there is."""

    def __init__(self, path):
        self.path, self.closed, self.live = path, [], None

    @property
    def files(self):
        return [path for _, path in sorted(self.closed)] + ([self.live] if self.live else [])


def outputs(data):
    """({path below data_dir: Output}, [what is neither a data file nor a manifest])."""
    found, others = {}, []
    data = pathlib.Path(data)
    for path in sorted(data.rglob("*")) if data.exists() else []:
        name = str(path.relative_to(data))
        if path.is_dir() and not path.is_symlink():
            continue
        closed = CLOSED.search(name)
        stem = name[:closed.start()] if closed else name.removesuffix(path.suffix)
        if not is_data(name):
            if not name.endswith(".manifest"):
                others.append(path)
            continue
        output = found.setdefault(stem, Output(stem))
        if closed:
            output.closed.append((int(closed[2]), path))
        elif output.live:
            raise Damaged(f"{path} and {output.live} are both live files of {stem}")
        else:
            output.live = path
    return found, others
