"""Plays the tests of a scenario file and speaks TAP.

A test is a function `test_what_it_shows(place)`, where place is a fresh stage.Place; it fails by an
exception. With `@each_engine` it is played on every engine, as test(place, engine).
"""
import functools
import os
import sys
import traceback

ENGINES = ("async", "threads")


class Skip(Exception):
    """Why a test cannot be played here."""


def each_engine(test):
    test.engines = ENGINES
    return test


def _scenes(names):
    for name, test in list(names.items()):
        if name.startswith("test_"):
            title = name[5:].replace("_", "-")
            for engine in getattr(test, "engines", [None]):
                yield (f"{title}-{engine}", functools.partial(test, engine=engine)) if engine else (title, test)


def play(names, new_place):
    """Plays every test of a file, or those whose name holds $ONLY, and speaks TAP."""
    number = failed = 0
    for title, test in _scenes(names):
        if os.environ.get("ONLY", "") not in title:
            continue
        number += 1
        place = new_place()
        try:
            test(place)
            place.leave()
            print(f"ok {number} - {title}", flush=True)
        except Skip as why:
            print(f"ok {number} - {title} # SKIP {why}", flush=True)
        except Exception:
            failed += 1
            log = place.log()[-3000:] if (place.dir / "log").exists() else ""
            print(f"not ok {number} - {title}")
            print("# " + (traceback.format_exc() + log).replace("\n", "\n# "), flush=True)
        finally:
            place.close()
    print(f"1..{number}")
    sys.exit(1 if failed else 0)
