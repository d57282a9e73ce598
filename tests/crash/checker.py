"""Says whether what has landed is what was served: the judge of the crash tests.

check(where, log, kills) compares the data files and the ledger below `where` (as Scene.where: fetchd.yaml,
state, data) with the server's own log, a list of records.Served, after all runs have ended and the daemon
has stopped. Returns sentences about what is wrong; [] when every promise was kept. Shares no code with
fetchd.
"""
import collections
import json
import pathlib

import ledger
import records
import shelf


def check(where, log, kills=()):
    return Check(pathlib.Path(where), log, kills).run()


def cells_of(record):
    """{column: (text, whether it is quoted when empty)} of a compact record, as automatic columns name them."""
    cells = {}

    def walk(prefix, value):
        for name, inner in value.items():
            if isinstance(inner, Raw) and inner.startswith("{"):
                walk(f"{prefix}{name}.", members(inner))
            else:
                cells[prefix + name] = inner
    walk("", members(record))
    return cells


class Raw(str):
    """The JSON text of a value."""


def members(text):
    """{name: Raw} of an object in compact form: values as they are written, nothing interpreted."""
    found, at, decoder = {}, 1, json.JSONDecoder(parse_float=str, parse_int=str)
    while text[at] != "}":
        name, at = decoder.raw_decode(text, at)
        _, end = decoder.raw_decode(text, at + 1)
        found[name], at = Raw(text[at + 1:end]), end + (text[end] == ",")
    return found


def same_cell(cell, raw):
    """Whether a CSV field is the value: strings decoded, null empty, everything else as it was sent."""
    if raw is None or raw == "null":
        return cell == "" and not cell.quoted
    if raw.startswith('"'):
        return cell == json.loads(raw) and (cell != "" or cell.quoted)
    return cell == raw


class Check:
    def __init__(self, where, log, kills):
        self.where, self.log, self.kills = where, log, kills
        settings = json.loads((where / "fetchd.yaml").read_text())
        self.data, self.state = pathlib.Path(settings["data_dir"]), pathlib.Path(settings["state_dir"])
        self.jobs, self.wrong = settings["jobs"], []

    def say(self, sentence):
        self.wrong.append(sentence)

    def run(self):
        try:
            self.ledger = ledger.read(self.state)
            if self.ledger is None:
                return [f"the ledger in {self.state} cannot be read"]
            if self.ledger.sound != "ok":
                self.say(f"the ledger is not sound: {self.ledger.sound}")
            self.outputs, others = shelf.outputs(self.data)
            self.litter(others)
            self.runs()
            self.asked_again()
            for name in self.jobs:
                self.rows_of_job(name)
            self.sizes()
        except shelf.Damaged as damage:
            self.say(str(damage))
        return self.wrong

    # What may stand there.

    def litter(self, others):
        """A second name of a live file may outlast a power loss: it goes when its output is opened again."""
        lives = {output.live.stat().st_ino for output in self.outputs.values() if output.live}
        for path in others:
            if path.suffix == ".opening" and path.lstat().st_ino in lives:
                continue
            self.say(f"{path.relative_to(self.data)} was left behind")

    # Runs against the log.

    def served(self, job, revision):
        """{(part, page): Served} of what went over whole."""
        return {(served.part, served.page): served for served in self.log
                if served.good and served.job == job and served.revision == revision}

    def runs(self):
        for name in self.jobs:
            for nth, run in enumerate(self.ledger.runs_of(name), 1):
                self.run_of(name, nth, run)

    def run_of(self, name, nth, run):
        title, served = f"run {run['id']} of {name}", self.served(name, nth)
        if run["state"] != "ended" or run["result"] != "complete":
            self.say(f"{title} is {run['state']}, {run['result']}: {run['reason']}")
            return
        parts = {part for part, _ in served}
        for part in range(max(parts, default=-1) + 1):
            if not any(one.last for one in served.values() if one.part == part):
                self.say(f"{title}: the last page of part {part} was never served")
        rows = sum(len(one.rows) for one in served.values())
        full = {part for (part, _), one in served.items() if one.rows}
        for what, told, truth in (("requests landed", run["landed"], len(full)), ("rows", run["rows"], rows),
                                  ("empty requests", run["empty"], len(parts - full)),
                                  ("requests in all", run["total"], len(parts)), ("failed", run["failed"], 0)):
            if told != truth:
                self.say(f"{title} tells of {told} {what}, the server of {truth}")

    def asked_again(self):
        """What a life had committed, no later one asks for; and no life asks twice for what it got."""
        for kill in self.kills:
            for served in self.log:
                if kill.ledger and served.life > kill.life and self.committed(kill.ledger, served):
                    self.say(f"{served.target} was committed in life {kill.life} and asked again in {served.life}")
        whole = collections.Counter((one.life, one.target) for one in self.log if one.good)
        for (life, target), times in whole.items():
            if times > 1:
                self.say(f"{target} was served {times} times in life {life}")

    @staticmethod
    def committed(book, served):
        runs = book.runs_of(served.job)
        return len(runs) >= served.revision and book.has(runs[served.revision - 1]["id"], served.part, served.page)

    # Rows.

    def paths_of(self, name):
        """The outputs of a job, by path."""
        path = self.jobs[name].get("output", {}).get("path", "${job}/${job}").replace("${job}", name)
        parts = {str(served.part) for served in self.log if served.job == name}
        return {path} if "${part}" not in path else {path.replace("${part}", part) for part in parts}

    def rows_of_job(self, name):
        found = []
        for path in sorted(self.paths_of(name)):
            output = self.outputs.pop(path, None)
            if output:
                found += self.rows_of_output(output)
        self.compare(name, found)
        self.pages_whole(name, found)

    def rows_of_output(self, output):
        """[(file, number, compact record or None)] in the order they stand."""
        rows = []
        for path in output.files:
            columns, here = shelf.records_of(path)
            for row in here:
                rows.append(self.row(path, columns, row))
        return rows

    def row(self, path, columns, row):
        if columns is None:
            try:
                return path, int(members(row)["n"]), row
            except (ValueError, KeyError, IndexError, TypeError):
                raise shelf.Damaged(f"{path}: not a record: {row[:80]!r}") from None
        cells = dict(zip(columns, row))
        if not cells.get("n", "").isdigit():
            raise shelf.Damaged(f"{path}: a row without a number: {row}")
        self.same_cells(path, cells)
        return path, int(cells["n"]), None

    def same_cells(self, path, cells):
        number = int(cells["n"])
        truth = cells_of(records.compact(number, number // 1000000))
        for name in {*cells, *truth}:
            if name not in cells:
                self.say(f"{path.name}: record {number} has no column {name}")
            elif not same_cell(cells[name], truth.get(name)):
                self.say(f"{path.name}: record {number}: {name} is {cells[name]!r}, sent was {truth.get(name)!r}")

    def compare(self, name, found):
        truth = {}
        for served in self.log:
            if served.job == name and served.good:
                truth.update({json.loads(row)["n"]: row for row in served.rows})
        counts = collections.Counter(number for _, number, _ in found)
        lost, double = sorted(set(truth) - set(counts)), sorted(n for n, times in counts.items() if times > 1)
        strange = sorted(set(counts) - set(truth))
        for numbers, what in ((lost, "lost"), (double, "more than once"), (strange, "never served")):
            if numbers:
                self.say(f"{name}: {len(numbers)} records {what}, for example {numbers[:5]}")
        for path, number, text in found:
            if text is not None and number in truth and text != truth[number]:
                self.say(f"{path.name}: record {number} is {text!r}, sent was {truth[number]!r}")

    def pages_whole(self, name, found):
        """A page's rows stand together, in their order, in one file; pages of a chain in theirs."""
        place = {number: (index, path) for index, (path, number, _) in enumerate(found)}
        ends = {}
        pages = {served.target: served for served in self.log if served.job == name and served.good}
        for target, served in sorted(pages.items()):
            spots = [place.get(json.loads(row)["n"]) for row in served.rows]
            if not spots or None in spots:
                continue
            first, chain = spots[0][0], target[:3]
            if [spot[0] for spot in spots] != list(range(first, first + len(spots))):
                self.say(f"the rows of {target} do not stand together in their order")
            if len({spot[1] for spot in spots}) > 1:
                self.say(f"the rows of {target} stand in more than one file")
            if "${part}" not in str(self.jobs[name].get("output", {})) and first < ends.get(chain, -1):
                self.say(f"{target} stands before the page that came before it")
            ends[chain] = spots[-1][0]

    # The ledger against the files.

    def sizes(self):
        for path, output in self.outputs.items():
            self.say(f"{path} is no job's output: {[str(file) for file in output.files]}")
        found, _ = shelf.outputs(self.data)
        for row in self.ledger.outputs:
            live = found[row["path"]].live if row["path"] in found else None
            self.live_file(row, live)
        told = {row["name"]: row for row in self.ledger.files}
        for output in found.values():
            for _, path in output.closed:
                self.closed_file(path, told.pop(str(path.relative_to(self.data)), None))
        for name in told:
            self.say(f"{name} is recorded as closed and is not there")

    def live_file(self, row, live):
        if live is None:
            if row["phase"] != 0:
                self.say(f"the live file of {row['path']} is missing")
            return
        if row["phase"] != 2:
            self.say(f"{live.name} is there, the ledger's phase is {row['phase']}")
        size, rows = live.stat().st_size, len(shelf.records_of(live)[1])
        ending = len(b"\n]\n") if live.suffix == ".json" else 0
        if size != row["offset"] + ending:
            self.say(f"{live.name} has {size} bytes, committed are {row['offset']}")
        if rows != row["rows"]:
            self.say(f"{live.name} has {rows} rows, committed are {row['rows']}")
        if live.stat().st_ino != row["ino"]:
            self.say(f"{live.name} is not the file that the ledger knows")

    def closed_file(self, path, row):
        if row is None:
            self.say(f"{path.name} is not recorded")
            return
        size, rows = path.stat().st_size, len(shelf.records_of(path)[1])
        if (size, rows) != (row["bytes"], row["rows"]):
            self.say(f"{path.name} has {size} bytes and {rows} rows, recorded are {row['bytes']} and {row['rows']}")
