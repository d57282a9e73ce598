"""fetchd's ledger as the crash tests read it: a copy of the database is opened, never the one on disk,
so that looking changes nothing. Shares no code with fetchd; knows the tables' names and no more."""
import collections
import pathlib
import shutil
import sqlite3
import tempfile


class Ledger:
    """`runs`, `outputs`, `files` and `snapshots` are lists of rows (dicts), oldest first;
    `points` maps a run to its ranges of finished points, `pages` (run, point) to the next page."""

    def __init__(self, db):
        db.row_factory = sqlite3.Row
        self.sound = db.execute("PRAGMA integrity_check").fetchone()[0]
        self.runs = self._rows(db, "SELECT * FROM runs ORDER BY id")
        self.outputs = self._rows(db, "SELECT * FROM outputs ORDER BY path")
        self.files = self._rows(db, "SELECT * FROM files ORDER BY path, sequence")
        self.snapshots = self._rows(db, "SELECT * FROM snapshots ORDER BY path, run")
        self.points, self.pages = collections.defaultdict(list), {}
        for row in db.execute("SELECT run, first, last FROM progress"):
            self.points[row["run"]].append((row["first"], row["last"]))
        for row in db.execute("SELECT run, point, next_page FROM chains"):
            self.pages[row["run"], row["point"]] = row["next_page"]

    @staticmethod
    def _rows(db, question):
        return [dict(row) for row in db.execute(question)]

    def runs_of(self, job):
        return [run for run in self.runs if run["job"] == job]

    def has(self, run, point, page):
        """Whether that page is recorded as landed."""
        return (any(first <= point <= last for first, last in self.points[run])
                or page < self.pages.get((run, point), 0))


def read(state):
    """The ledger in that state_dir; None when there is none, or it cannot be read."""
    with tempfile.TemporaryDirectory(prefix="fetchd-ledger.") as copy:
        try:
            for name in ("fetchd.db", "fetchd.db-wal"):
                if (pathlib.Path(state) / name).exists():
                    shutil.copy(pathlib.Path(state) / name, copy)
            db = sqlite3.connect(f"file:{copy}/fetchd.db?mode=rw", uri=True)
        except (OSError, sqlite3.Error):
            return None
        try:
            return Ledger(db)
        except (sqlite3.Error, ValueError):
            return None
        finally:
            db.close()
