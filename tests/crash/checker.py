"""Says whether what has landed is what was served: the judge of the crash tests.

check(where, log, kills) compares the data files and the ledger below `where` (as Scene.where: fetchd.yaml,
state, data) with the server's own log, a list of records.Served, after all runs have ended and the daemon
has stopped. Returns sentences about what is wrong; [] when every promise was kept. Shares no code with
fetchd.
"""
import collections
import json
import pathlib
import time

import ledger
import proofs
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
            self.shelf = shelf.Shelf(self.data)
            self.litter()
            self.runs()
            self.asked_again()
            for name in self.jobs:
                self.rows_of_job(name)
            self.strangers()
            self.against_the_ledger()
        except shelf.Damaged as damage:
            self.say(str(damage))
        return self.wrong

    # What may stand there.

    def litter(self):
        """A second name of a live file may outlast a power loss: it goes when its output is opened again."""
        lives = {output.live.stat().st_ino for output in self.shelf.outputs.values() if output.live}
        for path in self.shelf.others:
            if path.suffix != ".opening" or path.lstat().st_ino not in lives:
                self.say(f"{path.relative_to(self.data)} was left behind")

    def strangers(self):
        expected = {path for name in self.jobs for path in self.paths_of(name)}
        for path in {*self.shelf.outputs, *self.shelf.snapshots, *self.shelf.manifests} - expected:
            self.say(f"{path} is no job's output")

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

    def output_of(self, name, what, default):
        return self.jobs[name].get("output", {}).get(what, default)

    def path_of(self, name, part, run):
        """Where a part's rows go in that run; a path may hold the job, the part and the slot's time."""
        slot = time.gmtime(run["slot_ms"] / 1000)
        path = time.strftime(self.output_of(name, "path", "${job}/${job}"), slot)
        return path.replace("${job}", name).replace("${part}", str(part))

    def paths_of(self, name):
        """The outputs of a job, by path."""
        return {self.path_of(name, part, run) for nth, run in enumerate(self.ledger.runs_of(name), 1)
                for part, _ in self.served(name, nth)}

    def files_of(self, name, path):
        """All data files of one of its outputs, in the order of landing."""
        if self.output_of(name, "mode", "append") == "append":
            output = self.shelf.outputs.get(path)
            return output.files if output else []
        found = self.shelf.snapshots.get(path, shelf.Snapshots())
        return [part for _, directory in sorted(found.published.items()) for part in proofs.parts_of(directory)]

    def rows_of_job(self, name):
        found = []
        for path in sorted(self.paths_of(name)):
            here = [self.row(file, columns, row) for file in self.files_of(name, path)
                    for columns, rows in [shelf.records_of(file)] for row in rows]
            numbers = [number for _, number, _ in here]
            if self.output_of(name, "order", "completed") == "requested" and numbers != sorted(numbers):
                self.say(f"{path}: the records do not stand in the order they were requested in")
            found += here
        self.compare(name, found)
        self.pages_whole(name, found)

    def row(self, path, columns, row):
        """(file, number, compact record or None)"""
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
            if first < ends.get(chain, -1):
                self.say(f"{target} stands before the page that came before it")
            ends[chain] = spots[-1][0]

    # What fetchd says about its files.

    def against_the_ledger(self):
        told = {row["name"]: row for row in self.ledger.files}
        for row in self.ledger.outputs:
            if "//" not in row["path"]:
                output = self.shelf.outputs.get(row["path"])
                proofs.live_file(row, output.live if output else None, self.say)
        for name in self.jobs:
            for path in sorted(self.paths_of(name)):
                self.output_against_the_ledger(name, path, told)
        for name in told:
            self.say(f"{name} is recorded as closed and is not there")

    def output_against_the_ledger(self, name, path, told):
        compress, output = self.output_of(name, "compress", "none"), self.shelf.outputs.get(path)
        for file in self.files_of(name, path):
            if output is None or file != output.live:
                proofs.closed_file(file, told.pop(str(file.relative_to(self.data)), None), compress, self.say)
        if self.output_of(name, "mode", "append") == "snapshot":
            self.snapshots(name, path)
        elif output and (output.closed or path in self.shelf.manifests):
            manifest = self.shelf.manifests.get(path)
            entries = proofs.json_lines(manifest, self.say) if manifest else []
            proofs.manifest(path, entries, output, name, lambda file: self.runs_in(name, file), self.say)

    def runs_in(self, name, file):
        """{run: rows} of a file, as a manifest has it."""
        runs = {nth: str(run["id"]) for nth, run in enumerate(self.ledger.runs_of(name), 1)}
        return dict(collections.Counter(
            runs.get(self.row(file, columns, row)[1] // 1000000, "none")
            for columns, rows in [shelf.records_of(file)] for row in rows))

    def snapshots(self, name, path):
        found = self.shelf.snapshots.get(path, shelf.Snapshots())
        for nth, run in enumerate(self.ledger.runs_of(name), 1):
            here = [one for (part, _), one in self.served(name, nth).items() if self.path_of(name, part, run) == path]
            rows = sum(len(one.rows) for one in here)
            if here and run["id"] not in found.published:
                self.say(f"{path}: run {run['id']} is not published")
            elif here:
                proofs.published(found.published[run["id"]], run, rows, self.say)
        proofs.latest(path, found, self.say)
        proofs.snapshot_rows([row for row in self.ledger.snapshots if row["path"] == path], path, found, self.say)
