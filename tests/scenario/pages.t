#!/usr/bin/env python3
"""Chains of pages, by link and by cursor: every record once, and no chain without an end."""
import stage
from server import Server, reply

PAGES, SIZE = 5, 4
IDS = [str(n) for n in range(PAGES * SIZE)]
CURSOR = {"by": "cursor", "from": "/next", "param": "c"}


def page_of(number):
    return [{"id": str(number * SIZE + n)} for n in range(SIZE)]


def ids(place):
    return sorted((row["id"] for row in place.rows()), key=int)


# What the Link header says of the page after N; HOST and N are filled in.
LINKS = {
    "plain": '</plain?p=N>; rel="next"',
    "unquoted": "</unquoted?p=N>; rel=next",
    "absolute": '<http://HOST/absolute?p=N>; rel="next"',
    "query-only": '<?p=N>; rel="next"',
    "no-scheme": '<//HOST/no-scheme?p=N>; rel="next"',
    "among-others": '<?p=0>; rel="first", <?p=N>; rel="next", <?p=9>; rel="last"',
    "two-words": '<?p=N>; rel="prefetch next"',
    "case": '<?p=N>; REL="NEXT"',
    "comma-in-the-target": '<?p=N&x=1,2>; rel="next"',
    "semicolon-in-a-title": '<?p=9>; title="a, b; rel=\\"next\\""; rel=last, <?p=N>;title=x;rel=next',
    "first-rel-counts": '<?p=9>; rel=last; rel=next, <?p=N>; rel=next',
    "anchored-is-not-ours": '<?p=9>; rel=next; anchor="/other", <?p=N>; rel=next',
    "spaces": ' <?p=N> ;\t rel = "next" ',
    "two-headers": '<?p=0>; rel=prev\r\nLink: <?p=N>; rel=next',
}


@stage.each_engine
def test_every_form_of_a_link_is_followed_to_the_end(place, engine):
    def script(request):
        number, style = int(request.query.get("p", 0)), request.path[1:]
        link = LINKS[style].replace("HOST", server.host).replace("N", str(number + 1))
        if style == "case":
            link = link.replace(f"{number + 1}EXT", "NEXT")
        return reply(page_of(number), **({"Link": link} if number + 1 < PAGES else {}))

    server = Server(place, script)
    place.job("j", server.url + "/${style}", engine=engine, params={"style": list(LINKS)}, pages={"by": "link"},
              columns=[{"name": "style", "meta": "param.style"}, {"name": "id"}])
    run = place.run("j")
    assert run["result"] == "complete", (run, place.failed(run["id"]))
    found = sorted((row["style"], int(row["id"])) for row in place.rows())
    assert found == sorted((style, int(n)) for style in LINKS for n in IDS)


def test_a_link_that_leads_away_or_is_malformed_ends_the_chain_as_a_failure(place):
    """The page that bears it does not land: what follows it could never be known."""
    thief = Server(place, lambda r: reply([{"id": "99"}]))
    bad = {"/port": f'<{thief.url}/x>; rel=next', "/scheme": '<https://HOST/x>; rel=next',
           "/file": '<file:///etc/passwd>; rel=next', "/open": '<?p=1; rel=next', "/bare": "?p=1; rel=next",
           "/quote": '<?p=1>; title="x; rel=next'}

    def script(request):
        return reply(page_of(0), Link=bad[request.path].replace("HOST", server.host))

    server = Server(place, script)
    place.job("j", server.url + "/${p}", params={"p": [p[1:] for p in bad]}, pages={"by": "link"})
    run = place.run("j")
    assert run["result"] == "failed" and run["requests"]["failed"] == len(bad), run
    assert {f["outcome"] for f in place.failed(run["id"])} == {"bad_page"}, place.failed(run["id"])
    assert place.rows() == [] and thief.connections == 0


@stage.each_engine
def test_cursors_of_text_and_number_are_followed_to_every_kind_of_end(place, engine):
    """A cursor may need encoding, be a number beyond 2^53, and end as null, "", or not at all."""
    cursors = {"text": lambda n: f"a&b=c/+% ü{n}", "number": lambda n: 9007199254740993 + n}
    ends = {"null": {"next": None}, "empty": {"next": ""}, "missing": {}}

    def script(request):
        _, kind, end = request.path.split("/")
        known = {str(cursors[kind](n)): n for n in range(1, PAGES)}
        number = known[request.query["c"]] if "c" in request.query else 0
        more = {"next": cursors[kind](number + 1)} if number + 1 < PAGES else ends[end]
        assert request.query["keep"] == "me"
        return reply({"items": page_of(number), **more})

    server = Server(place, script)
    place.job("j", server.url + "/${kind}/${end}?keep=me", engine=engine, pages=CURSOR, records="/items",
              params={"kind": list(cursors), "end": list(ends)},
              columns=[{"name": "kind", "meta": "param.kind"}, {"name": "end", "meta": "param.end"}, {"name": "id"}])
    run = place.run("j")
    assert run["result"] == "complete" and run["requests"]["landed"] == 6, (run, place.failed(run["id"]))
    found = sorted((row["kind"], row["end"], int(row["id"])) for row in place.rows())
    assert found == sorted((kind, end, int(n)) for kind in cursors for end in ends for n in IDS)


def test_a_cursor_that_is_no_cursor_is_a_listed_failure(place):
    bad = {"object": {"a": 1}, "list": [1], "true": True, "long": "x" * 20000, "nul": "a\0b"}
    server = Server(place, lambda r: reply({"items": page_of(0), "next": bad[r.path[1:]]}))
    place.job("j", server.url + "/${p}", params={"p": list(bad)}, records="/items", pages=CURSOR)
    run = place.run("j")
    assert run["result"] == "failed" and {f["outcome"] for f in place.failed(run["id"])} == {"bad_page"}
    assert run["requests"]["failed"] == len(bad) and place.rows() == []


@stage.each_engine
def test_pages_in_a_circle_end_as_a_failure_and_no_row_is_doubled(place, engine):
    """0 1 2 3 4 and then 2 again; and one page that names itself."""

    def script(request):
        number = int(request.query.get("c", 0))
        after = number if request.path == "/self" and number else 2 if number == 4 else number + 1
        return reply({"items": page_of(number), "next": after})

    server = Server(place, script)
    for path, known in (("circle", 20), ("self", 8)):
        place.job(path, server.url + "/" + path, engine=engine, pages=CURSOR, records="/items")
    place.start()
    for path, rows in (("circle", 20), ("self", 8)):
        run = place.run(path)
        (failure,) = place.failed(run["id"])
        assert failure["outcome"] == "page_loop" and run["result"] in ("failed", "partial"), (run, failure)
        assert sorted(int(row["id"]) for row in place.rows(path)) == list(range(rows)), run
        assert len(server.asked("/" + path)) == rows // SIZE, server.targets()


def test_pages_max_ends_a_chain_well(place):
    server = Server(place, lambda r: reply({"items": page_of(int(r.query.get("c", 0))),
                                            "next": int(r.query.get("c", 0)) + 1}))
    place.job("j", server.url, pages={**CURSOR, "max": 3}, records="/items")
    run = place.run("j")
    assert run["result"] == "complete" and ids(place) == IDS[:12] and len(server.asked()) == 3, run


@stage.each_engine
def test_a_retry_goes_on_where_each_chain_broke_and_lands_nothing_twice(place, engine):
    """Each part breaks at another page; what had come before it is neither asked for nor landed again."""
    mended = []

    def script(request):
        part, number = int(request.path[1:]), int(request.query.get("c", 0))
        if not mended and number == part:
            return reply({}, "500 Broken")
        more = number + 1 if number + 1 < PAGES else None
        return reply({"items": [{"id": f"{part}{row['id']:>02}"} for row in page_of(number)], "next": more})

    server = Server(place, script)
    place.job("j", server.url + "/${part}", engine=engine, params={"part": {"range": [0, PAGES]}}, pages=CURSOR,
              records="/items")
    run = place.run("j")
    assert run["result"] == "partial" and run["requests"]["failed"] == PAGES, run
    assert sorted(f["page"] for f in place.failed(run["id"])) == list(range(PAGES))
    assert run["rows"] == len(place.rows()) == (0 + 1 + 2 + 3 + 4 + 5) * SIZE
    before, _ = len(server.asked()), mended.append(1)
    assert place.ctl("retry", str(run["id"])).returncode == 0
    run = place.ended(run["id"])
    assert run["result"] == "complete" and run["requests"]["failed"] == 0, run
    assert run["requests"]["landed"] == PAGES + 1 and run["rows"] == 6 * len(IDS), run
    assert sorted(row["id"] for row in place.rows()) == sorted(f"{p}{n:>02}" for p in range(6) for n in IDS)
    assert len(server.asked()) - before == 5 + 4 + 3 + 2 + 1 and place.failed(run["id"]) == []


stage.play(globals())
